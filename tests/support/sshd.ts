import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import execa from "execa";

const PROGRAM = "/usr/sbin/sshd";

/** An SSH server of a test file's own, on the loopback address, with keys of its own. */
export interface Sshd {
    /** Address of this machine's engine through the server. */
    readonly host: string;
    /** Options for the client: it knows this server, logs in with this key, and reads nothing of the user's. */
    readonly sshOpts: readonly string[];
    /** The same with a key that the server does not know. */
    readonly strangerOpts: readonly string[];
    /** The key that it lets in, and its own public one, as texts. */
    readonly privateKey: string;
    readonly hostKey: string;
    /** In the command line of every client of this server. */
    readonly folder: string;
    /** Nobody answers any more, until it is `up` again at the same place. Sessions go on. */
    down(): Promise<void>;
    up(): Promise<void>;
    stop(): Promise<void>;
}

/** How a server differs from the usual one. */
export interface SshdOptions {
    /** Folder where sessions look for programs first. */
    readonly pathFirst?: string;
    /** @default "ed25519" */
    readonly hostKeyType?: "ed25519" | "rsa";
}

/** Starts a server that lets the current user in. */
export async function startSshd({ pathFirst, hostKeyType = "ed25519" }: SshdOptions = {}): Promise<Sshd> {
    await install();
    const folder = mkdtempSync(join(tmpdir(), "berth-test-sshd-"));
    const file = (name: string): string => join(folder, name);
    await Promise.all(
        ["host", "client", "stranger"].map((name) =>
            execa("ssh-keygen", [
                ...["-q", "-N", "", "-f", file(name)],
                ...["-t", name === "host" ? hostKeyType : "ed25519"],
            ]),
        ),
    );
    const port = await freePort();
    const publicKey = readFileSync(file("host.pub"), "utf8");
    writeFileSync(file("known_hosts"), `[127.0.0.1]:${port} ${publicKey}`);
    writeFileSync(file("config"), configuration(port, file, pathFirst));
    let server = await listen(port, file("config"));
    const optionsFor = (key: string): string[] => [
        ...[
            "-F",
            "/dev/null",
            "-i",
            file(key),
            "-o",
            "IdentitiesOnly=yes",
            "-o",
            "StrictHostKeyChecking=yes",
        ],
        ...["-o", `UserKnownHostsFile=${file("known_hosts")}`, "-o", "GlobalKnownHostsFile=/dev/null"],
    ];
    return {
        host: `ssh://${encodeURIComponent(userInfo().username)}@127.0.0.1:${port}`,
        sshOpts: optionsFor("client"),
        strangerOpts: optionsFor("stranger"),
        privateKey: readFileSync(file("client"), "utf8"),
        hostKey: publicKey,
        folder,
        down: () => server.stop(),
        up: async () => {
            server = await listen(port, file("config"));
        },
        stop: async () => {
            await server.stop();
            rmSync(folder, { recursive: true });
        },
    };
}

/** The server itself, once it listens. */
async function listen(port: number, config: string): Promise<{ stop(): Promise<void> }> {
    const server = spawn(PROGRAM, ["-D", "-e", "-f", config], { stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    server.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    const exited = new Promise<void>((resolve) => server.once("exit", () => resolve()));
    await listening(port, () => (server.exitCode === null ? undefined : errors));
    return {
        stop: async () => {
            server.kill();
            await exited;
            // Sessions that are still open hold the other end.
            server.stderr.destroy();
        },
    };
}

/** Nothing of the machine's own server is read. */
function configuration(port: number, file: (name: string) => string, pathFirst?: string): string {
    const { PATH = "/usr/bin:/bin", DOCKER_HOST } = process.env;
    const passed = [
        `PATH=${pathFirst === undefined ? PATH : `${pathFirst}:${PATH}`}`,
        ...(DOCKER_HOST === undefined ? [] : [`DOCKER_HOST=${DOCKER_HOST}`]),
    ];
    return [
        `ListenAddress 127.0.0.1:${port}`,
        `HostKey ${file("host")}`,
        `AuthorizedKeysFile ${file("client.pub")}`,
        "PidFile none",
        // From the tenth login at a time on, a stock server refuses some: a slow line is what it takes. This one is
        // stricter, and refuses all.
        "MaxStartups 6:100:6",
        "UsePAM no",
        "StrictModes no",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "PermitRootLogin prohibit-password",
        `SetEnv ${passed.map((each) => `"${each}"`).join(" ")}`,
        "",
    ].join("\n");
}

/** Debian starts a server that it installs wherever something starts services: there, that is for the user to decide. */
async function install(): Promise<void> {
    const isRoot = process.getuid?.() === 0;
    if (!existsSync(PROGRAM)) {
        if (!isRoot || !existsSync("/usr/bin/apt-get") || existsSync("/run/systemd/system")) {
            throw new Error(`this test needs ${PROGRAM}: apt-get install openssh-server`);
        }
        const env = { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
        const install = [
            "-y",
            "--no-install-recommends",
            "-o",
            "DPkg::Lock::Timeout=120",
            "install",
            "openssh-server",
        ];
        await execa("apt-get", install, { env }).catch(async () => {
            await execa("apt-get", ["update"], { env });
            await execa("apt-get", install, { env });
        });
    }
    if (isRoot) {
        // What sshd wants of its machine: an empty folder, which is made by whoever starts it as a service.
        mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
    }
}

async function freePort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    await new Promise((resolve) => server.close(resolve));
    return typeof address === "object" && address !== null ? address.port : 0;
}

async function listening(port: number, failure: () => string | undefined): Promise<void> {
    const deadline = Date.now() + 20_000;
    for (;;) {
        const accepted = await new Promise<boolean>((resolve) => {
            const socket = createConnection(port, "127.0.0.1");
            socket.once("connect", () => {
                socket.destroy();
                resolve(true);
            });
            socket.once("error", () => resolve(false));
        });
        if (accepted) {
            return;
        }
        const message = failure() ?? (Date.now() > deadline ? "it does not listen" : undefined);
        if (message !== undefined) {
            throw new Error(`sshd did not start: ${message}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}
