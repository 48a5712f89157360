import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import execa from "execa";
import { prepareHost } from "../../providers/engine/hostReadiness";
import { runOverSsh, SshResult } from "../../providers/engine/ssh";
import { until } from "../support/containers";
import { ProviderClient, secret, Values } from "../support/providerClient";
import { Sshd, startSshd } from "../support/sshd";
import { BootingHost } from "../support/standIns";

const HOST = "berth:index:HostReady";
const SECRETS = "berth:index:SecretVolume";
/** Longer than any test may last: whoever waits for it fails. */
const NEVER = 3600;

jest.setTimeout(60_000);
let sshd: Sshd;
/** A server with other keys: what answers is not what was expected. */
let stranger: Sshd;
let booting: BootingHost;
let scratch: string;

beforeAll(async () => {
    booting = new BootingHost();
    sshd = await startSshd({ pathFirst: booting.programs });
    stranger = await startSshd();
    scratch = mkdtempSync(join(tmpdir(), "berth-test-access-"));
}, 300_000);

afterAll(async () => {
    await sshd.stop();
    await stranger.stop();
    booting.remove();
    rmSync(scratch, { recursive: true });
});

/** A provider that has its key and the host's in files of its own. */
async function providerFor(more: Values = {}, host = sshd.host): Promise<ProviderClient> {
    const provider = await ProviderClient.start();
    await provider.configure(host, [], {
        // Blanks and percent signs mean something in a configuration of ssh.
        sshFolder: join(scratch, "50% of it"),
        sshPrivateKey: secret(sshd.privateKey),
        sshHostKey: sshd.hostKey,
        ...more,
    });
    return provider;
}

async function failureOf(operation: Promise<unknown>): Promise<string> {
    return await operation.then(
        () => "it went well",
        (error: unknown) => (error as Error).message,
    );
}

describe("a provider with a key of its own", () => {
    const read = async (provider: ProviderClient): Promise<string> => {
        const failure = await failureOf(provider.read(SECRETS, "berth-no-such-volume", { prefix: "any" }));
        provider.close();
        return failure;
    };
    // The stand-in for `docker` is no way to the engine.
    const throughEngine = () => booting.does("docker", `PATH=\${PATH#*:} exec docker "$@"`);

    it("reaches the engine by the files that it wrote, and so does a person", async () => {
        throughEngine();
        expect(await read(await providerFor())).toBe("it went well");
        const config = join(scratch, "50% of it", "config");
        expect((await execa("ssh", ["-F", config, "host", "echo", "hello"])).stdout).toBe("hello");
    });

    it("reaches it by a command, where the host's name leads nowhere", async () => {
        throughEngine();
        const { port } = new URL(sshd.host);
        const sshProxyCommand = `bash -c 'exec 3<>/dev/tcp/127.0.0.1/${port}; cat <&3 & exec cat >&3'`;
        const host = `ssh://${encodeURIComponent(userInfo().username)}@server.invalid`;
        const sshFolder = join(scratch, "proxied");
        expect(await read(await providerFor({ sshFolder, sshProxyCommand }, host))).toBe("it went well");
        expect(readFileSync(join(sshFolder, "config"), "utf8")).toContain("HostName server.invalid");
    });

    it("refuses a host with another key than the one that it was given", async () => {
        const sshFolder = join(scratch, "other");
        expect(await read(await providerFor({ sshFolder, sshHostKey: stranger.hostKey }))).toMatch(
            /^ssh ended with 255: [^]*Host key verification failed/,
        );
    });

    it("is refused with another key than the host knows", async () => {
        const sshFolder = join(scratch, "unknown");
        const sshPrivateKey = secret(stranger.privateKey);
        expect(await read(await providerFor({ sshFolder, sshPrivateKey }))).toMatch(
            /^ssh ended with 255: .*Permission denied \(publickey\)/,
        );
    });
});

describe("a host", () => {
    const inputs: Values = { server: "1234", userData: "hash", timeoutSeconds: NEVER };
    let provider: ProviderClient;
    beforeEach(async () => {
        booting.does("cloud-init", "echo status: done");
        booting.does("systemctl", "exit 0");
        booting.does("docker", "echo 29.0.0");
        provider = await providerFor();
    });
    afterEach(() => provider.close());

    const failure = (more: Values = {}) => failureOf(provider.create(HOST, { ...inputs, ...more }));

    it("is ready when it lets us in, cloud-init has ended and Docker answers", async () => {
        expect(await provider.create(HOST, inputs)).toEqual({ id: "1234", state: inputs });
        expect(booting.asked("cloud-init").at(-1)).toBe("status --wait --long");
        expect(booting.asked("systemctl").at(-1)).toBe("start docker.service");
        expect(booting.asked("docker").at(-1)).toBe("version --format {{.Server.Version}}");
    });

    it("is ready after errors that cloud-init could get over", async () => {
        booting.does("cloud-init", "echo status: done, degraded; exit 2");
        expect(await failure()).toBe("it went well");
    });

    it("fails with the end of cloud-init's log when that has ended badly", async () => {
        const log = Array.from({ length: 60 }, (_, index) => `line ${index + 1}`);
        booting.put("/var/log/cloud-init-output.log", `${log.join("\n")}\n`);
        booting.does("cloud-init", "printf '...\\nstatus: error\\n'; exit 1");
        expect((await failure()).split("\n")).toEqual([
            "cloud-init ended with 1:",
            "  | ...",
            "  | status: error",
            ...log.slice(-50).map((line) => `  | ${line}`),
        ]);
    });

    it("fails with the engine's own state, and that of disks that failed, when Docker does not start", async () => {
        booting.does(
            "systemctl",
            `case "$1" in
                list-units) echo "mnt-data.mount loaded failed failed /mnt/data" ;;
                start) echo "A dependency job for docker.service failed." >&2; exit 1 ;;
                status) shift 5; for unit; do echo "$unit is dead"; done; exit 3 ;;
            esac`,
        );
        const lines = (await failure()).split("\n");
        expect(lines[0]).toBe("the host's Docker engine does not start:");
        expect(lines.slice(1).sort()).toEqual([
            "  | A dependency job for docker.service failed.",
            "  | docker.service is dead",
            "  | mnt-data.mount is dead",
        ]);
    });

    it("fails when the engine runs and does not answer", async () => {
        booting.does("docker", "echo 'permission denied while trying to connect' >&2; exit 1");
        expect(await failure()).toBe(
            "the host's Docker engine does not start:\n  | permission denied while trying to connect",
        );
    });

    const STRANGER =
        "the host that answers has another key than the one that was given to it: it is not the server that this " +
        "stack made, or somebody made it anew outside the stack";

    it("fails at once when another machine answers", async () => {
        const sshFolder = join(scratch, "not ours");
        const other = await providerFor({ sshFolder, sshHostKey: stranger.hostKey });
        expect(await failureOf(other.create(HOST, inputs))).toBe(STRANGER);
        other.close();
    });

    it("fails at once when another machine answers that has no key of that kind at all", async () => {
        const elder = await startSshd({ hostKeyType: "rsa" });
        const other = await providerFor({ sshFolder: join(scratch, "elder") }, elder.host);
        expect(await failureOf(other.create(HOST, inputs))).toBe(STRANGER);
        other.close();
        await elder.stop();
    });

    it("is given up when the time is over, with what was heard last", async () => {
        await sshd.down();
        try {
            expect(await failure({ timeoutSeconds: 3 })).toMatch(
                /^the host was not ready after 3 s; the last that was heard of it: ssh: connect to host .*Connection refused$/,
            );
        } finally {
            await sshd.up();
        }
    });

    it("is given up when the time is over and cloud-init is still at work", async () => {
        booting.does("cloud-init", "exec sleep 30");
        expect(await failure({ timeoutSeconds: 5 })).toBe(
            "the host was not ready after 5 s; the last that was heard of it: " +
                "it lets us in, cloud-init is still at work",
        );
    });

    it("is not waited for any longer when the update is cancelled", async () => {
        const before = booting.asked("cloud-init").length;
        booting.does("cloud-init", "exec sleep 30");
        const waiting = failure();
        await until(
            () => Promise.resolve(booting.asked("cloud-init").length > before),
            () => Promise.resolve("nobody asked cloud-init"),
        );
        await provider.cancel();
        expect(await waiting).toBe(
            "the host was not ready when the update was cancelled; the last that was heard of it: " +
                "it lets us in, cloud-init is still at work",
        );
    });

    it("may go away while it boots: what was asked for is asked again", async () => {
        const before = booting.asked("cloud-init").length;
        const once = booting.file("went-away");
        // The session's own server is the parent of the shell that asks.
        booting.does(
            "cloud-init",
            `[ -e "${once}" ] || { touch "${once}"; kill -9 $(cut -d ' ' -f 4 /proc/$PPID/stat); sleep 30; }`,
        );
        expect(await failure()).toBe("it went well");
        expect(booting.asked("cloud-init")).toHaveLength(before + 2);
    });
});

describe("a host that nobody hears of yet", () => {
    it("is waited for until it answers, and what is heard is told", async () => {
        booting.does("cloud-init", "exit 0");
        booting.does("systemctl", "exit 0");
        booting.does("docker", "exit 0");
        await sshd.down();
        const told: string[] = [];
        const up = new Promise<void>((resolve, reject) => {
            const ssh = (command: string, signal: AbortSignal): Promise<SshResult> =>
                runOverSsh(new URL(sshd.host), sshd.sshOpts, command, signal);
            let coming = false;
            const status = (message: string): void => {
                told.push(message);
                if (!coming && message.includes("Connection refused")) {
                    coming = true;
                    sshd.up().catch(reject);
                }
            };
            const { signal } = new AbortController();
            prepareHost({ ssh, status, signal, timeoutSeconds: NEVER }).then(resolve, reject);
        });
        await up;
        expect(told[0]).toBe("waiting for SSH");
        expect(told[1]).toMatch(/^waiting for SSH: ssh: connect to host .*Connection refused$/);
        expect(told.slice(-2)).toEqual(["waiting for cloud-init", "waiting for Docker"]);
    });
});
