import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { DATA_FOLDER, DATA_PATH, renderCloudInit } from "../../lib/cloudInit";
import { connect, disconnect } from "../../providers/engine/connect";
import {
    addressOn,
    createAccess,
    createMachineNetwork,
    Disks,
    loadProbeImage,
    Machine,
    MachineAccess,
    MachineNetwork,
    makeKey,
    PROBE_IMAGE,
} from "../../rehearsal/machine";
import { Containers, until } from "../support/containers";
import {
    ASK_OVER_IPV6,
    connectionsFrom,
    HOST_BEHIND,
    loadOldImage,
    ROUTER_BEHIND_IPV6,
    stateOf,
} from "../support/machine";

jest.setTimeout(120_000);
const containers = new Containers("machine");
const { docker } = containers;
const name = containers.uniqueName();
const folder = mkdtempSync(join(tmpdir(), "berth-test-machine-"));
const removals: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true })];
const device = "/dev/disk/by-id/scsi-0HC_Volume_7";
const disks = new Disks(docker, join(folder, "disks"));
let network: MachineNetwork;
let access: MachineAccess;
let machine: Machine;
let firstBoot: { system: string; cloudInit: string };

/** One machine for all tests, which follow its life: booted without its disk, with it, booted anew. */
beforeAll(async () => {
    network = await createMachineNetwork(docker, name);
    removals.push(() => network.remove());
    const address = addressOn(network, 1);
    access = await createAccess(folder, address);
    const userData = renderCloudInit({
        hostname: "shop-prod",
        user: access.user,
        authorizedKeys: [access.clientKey],
        hostKey: access.hostKey,
        dataDevice: device,
        sshFrom: [`${network.gateway}/32`, "2001:db8::/48"],
        swapMb: 16,
        liveRestore: true,
    });
    removals.push(
        () => containers.removeAll(),
        () => disks.removeAll(),
    );
    machine = await Machine.boot(docker, { name, userData, network: name, address });
    removals.push(() => machine.remove());
    firstBoot = await machine.booted();
});

/** What was made goes in the opposite order, however far the making came. */
afterAll(async () => {
    for (const remove of removals.reverse()) {
        await remove();
    }
});

/** A login with the system's client; the options that come first win. */
async function ssh(command: string, options: readonly string[] = [], user = access.user): Promise<string> {
    const args = [
        ...options,
        ...access.sshOpts,
        "-o",
        "BatchMode=yes",
        `${user}@${machine.address}`,
        command,
    ];
    const { stdout } = await promisify(execFile)("ssh", args);
    return stdout;
}

async function dockerAnswers(): Promise<void> {
    await until(
        async () => (await machine.exec(["docker", "version"])).exitCode === 0,
        () =>
            machine.shell(
                "systemctl status --no-pager docker.service mnt-data.mount berth-data.path || true",
            ),
    );
}

describe("the first boot, without the data disk", () => {
    it("takes the user data as valid", async () => {
        const file = "/var/lib/cloud/seed/nocloud/user-data";
        expect(await machine.shell(`cloud-init schema --config-file ${file}`)).toMatch(/^Valid cloud-config/);
    });

    it("ends, with nothing failed but the disk", async () => {
        expect(firstBoot.cloudInit).toMatch(/^\.*\n?status: done\n/);
        expect(firstBoot.system).toBe("degraded");
        const failed = await machine.shell(
            "systemctl list-units --failed --plain --no-legend | cut -d ' ' -f 1",
        );
        expect(failed).toBe("mnt-data.mount\n");
        expect(await machine.shell("cat /var/log/cloud-init-output.log")).toContain(
            `The data disk ${device} is missing: Docker starts when it appears.`,
        );
    });

    it("does not start Docker, whoever asks", async () => {
        expect((await machine.exec(["docker", "version"])).output).toContain("Cannot connect");
        expect((await machine.exec(["systemctl", "start", "docker.service"])).output).toContain(
            "A dependency job for docker.service failed",
        );
        expect(
            (await machine.exec(["systemctl", "is-active", "docker.service", "docker.socket"])).output,
        ).toBe("inactive\ninactive\n");
    });

    it("lets nothing be written where the disk belongs", async () => {
        const { output } = await machine.exec(["mkdir", DATA_FOLDER]);
        expect(output).toContain("Operation not permitted");
        expect(await machine.shell(`ls -A ${DATA_PATH}`)).toBe("");
    });
});

describe("the disk, attached later", () => {
    it("starts Docker by itself, and gets the folder for databases", async () => {
        await machine.attach({ device, loop: await disks.connect("volume-7", 1) });
        await dockerAnswers();
        expect(await machine.shell(`stat -c '%a %U:%G' ${DATA_FOLDER}`)).toBe("711 root:root\n");
        expect(await machine.shell(`findmnt -no OPTIONS ${DATA_PATH}`)).toMatch(/nosuid,nodev/);
        expect(await machine.shell("systemctl is-system-running")).toBe("running\n");
    });

    it("does not hold Docker up: somebody may stop it", async () => {
        await machine.shell("systemctl stop docker.socket docker.service");
        expect((await machine.exec(["systemctl", "is-active", "docker.service"])).output).toBe("inactive\n");
        await machine.shell("systemctl start docker.service");
    });
});

describe("a login", () => {
    it("works with the key, on the host with the known key", async () => {
        expect(await ssh("id -nG; hostname; sudo -n id -u")).toBe("deploy docker\nshop-prod\n0\n");
    });

    it("reaches Docker", async () => {
        const host = `ssh://${access.user}@${machine.address}`;
        const engine = connect({ host, sshOpts: access.sshOpts });
        const info = (await engine.info()) as Record<string, unknown>;
        disconnect(engine);
        expect(info).toMatchObject({
            Name: "shop-prod",
            LoggingDriver: "json-file",
            LiveRestoreEnabled: true,
        });
    });

    it.each<[string, readonly string[], string, string]>([
        ["root", [], "root", "Permission denied (publickey)"],
        ["another user", [], "games", "Permission denied (publickey)"],
        [
            "a password",
            ["-o", "PubkeyAuthentication=no", "-o", "PreferredAuthentications=password,keyboard-interactive"],
            "deploy",
            "Permission denied (publickey)",
        ],
    ])("is refused: %s", async (_, options, user, message) => {
        await expect(ssh("true", options, user)).rejects.toThrow(message);
    });

    it("is refused by the client on a host with another key", async () => {
        await makeKey(join(folder, "other"));
        const { stdout: other } = await promisify(execFile)("cat", [join(folder, "other.pub")]);
        writeFileSync(join(folder, "other_hosts"), `${machine.address} ${other}`);
        await expect(
            ssh("true", ["-o", `UserKnownHostsFile=${join(folder, "other_hosts")}`]),
        ).rejects.toThrow("Host key verification failed");
    });

    it("meets the server's settings, and one host key", async () => {
        const settings = await machine.shell("sshd -T -C user=deploy,host=a,addr=192.0.2.1");
        const of = (key: string) => new RegExp(`^${key} (.*)$`, "m").exec(settings)?.[1];
        expect(of("permitrootlogin")).toBe("no");
        expect(of("passwordauthentication")).toBe("no");
        expect(of("kbdinteractiveauthentication")).toBe("no");
        expect(of("allowusers")).toBe("deploy");
        expect(of("hostkey")).toBe("/etc/ssh/ssh_host_ed25519_key");
        expect(of("x11forwarding")).toBe("no");
        expect(Number(of("maxstartups")?.split(":")[0])).toBeGreaterThanOrEqual(64);
        expect(Number(of("maxsessions"))).toBeGreaterThanOrEqual(64);
        expect(await machine.shell("ls /etc/ssh/ssh_host_*_key")).toBe("/etc/ssh/ssh_host_ed25519_key\n");
        expect(
            await machine.shell("passwd --status root deploy 2>&1 || true; passwd -S root; passwd -S deploy"),
        ).toMatch(/root L .*\ndeploy L /);
    });
});

describe("the host's own rules", () => {
    const page = (address: string) => ["busybox", "wget", "-q", "-O", "-", `http://${address}/`];

    beforeAll(async () => {
        await loadProbeImage(machine);
        await machine.shell(HOST_BEHIND);
    });

    it("keep containers and users off the metadata address, and off no other", async () => {
        const inContainer = (address: string) =>
            machine.exec(["docker", "run", "--rm", PROBE_IMAGE, "/bin/busybox", ...page(address).slice(1)]);
        expect(await inContainer("169.254.169.253")).toEqual({ exitCode: 0, output: "reached\n" });
        expect((await inContainer("169.254.169.254")).exitCode).not.toBe(0);
        expect((await machine.exec(page("169.254.169.254"))).output).toBe("reached\n");
        await expect(ssh(page("169.254.169.254").join(" "))).rejects.toThrow();
        const counters = await machine.shell("nft list table inet berth | grep 169.254.169.254");
        expect(counters.match(/counter packets [1-9]\d* /g)).toHaveLength(2);
    });

    it("stand beside Docker's, and are loaded again without harm to either", async () => {
        const tables = "nft list tables | sort";
        const before = await machine.shell(tables);
        expect(before.split("\n")).toEqual(
            expect.arrayContaining(["table inet berth", "table ip filter", "table ip nat"]),
        );
        const forwarding = await machine.shell("iptables-save -t filter | grep -v '^[#:]'");
        await machine.shell("systemctl reload berth-firewall.service");
        expect(await machine.shell(tables)).toBe(before);
        expect(await machine.shell("iptables-save -t filter | grep -v '^[#:]'")).toBe(forwarding);
    });

    it("lead what comes over IPv6 to the router's address, with the client's own", async () => {
        await machine.shell(ROUTER_BEHIND_IPV6);
        const log = () => machine.shell("docker logs router 2>&1");
        await until(async () => {
            await machine.shell(ASK_OVER_IPV6);
            return (await log()).includes("[fd01::2]");
        }, log);
        await machine.shell("docker rm --force router; docker network rm edge; ip netns delete sixth");
    });

    it("limit SSH connections of all but the listed sources", async () => {
        // The listed source has logged in many times by now; the other sends its connections all at once.
        const attempts = 30;
        const stranger = await containers.run("node:20-slim", {
            Cmd: connectionsFrom(machine.address, attempts),
            HostConfig: { NetworkMode: name },
        });
        expect(Number(stranger.output)).toBeGreaterThanOrEqual(10);
        expect(Number(stranger.output)).toBeLessThan(attempts);
        const own = await Promise.allSettled(Array.from({ length: attempts }, () => ssh("true")));
        expect(own.filter(({ status }) => status === "rejected")).toEqual([]);
    });
});

describe("containers", () => {
    it("live on while Docker restarts", async () => {
        const started = "docker inspect --format '{{.State.StartedAt}} {{.State.Running}}' lives";
        await machine.shell(`docker run -d --name lives --stop-signal KILL ${PROBE_IMAGE} /bin/sleep 1h`);
        const before = await machine.shell(started);
        await machine.shell("systemctl restart docker.service");
        expect(await machine.shell(started)).toBe(before);
        expect(before).toMatch(/ true\n$/);
        await machine.shell("docker rm --force lives");
    });
});

describe("upkeep", () => {
    it("has its settings where the system reads them", async () => {
        // The kernel's memory settings are the host's here, and none of a container's business.
        expect(await machine.shell("systemd-analyze cat-config sysctl.d")).toMatch(
            /^vm\.overcommit_memory = 1$/m,
        );
        expect(await machine.shell("systemd-analyze cat-config systemd/journald.conf")).toMatch(
            /^SystemMaxUse=500M$/m,
        );
        expect(await machine.shell("apt-config dump Unattended-Upgrade::Automatic-Reboot")).toContain(
            '"false"',
        );
        expect(await machine.shell("systemctl is-enabled systemd-timesyncd.service")).toBe("enabled\n");
    });

    it("makes the swap file, and says so where it cannot be used", async () => {
        expect(await machine.shell("stat -c '%a %s' /swapfile")).toBe(`600 ${16 * 1024 * 1024}\n`);
        const log = await machine.shell("journalctl --unit berth-swap.service --output cat");
        expect(log).toContain("Setting up swapspace");
        expect(log).toContain("There is no swap: this system cannot swap to /swapfile.");
    });

    it("prunes images that are unused and old, and no others", async () => {
        await machine.shell(loadOldImage("old:1"));
        await machine.shell("docker image inspect old:1 >/dev/null");
        await machine.shell("systemctl start berth-prune.service");
        expect(await machine.shell("docker image ls --format '{{.Repository}}'")).toBe("probe\n");
        expect(await machine.shell("systemctl is-active berth-prune.timer")).toBe("active\n");
    });
});

describe("the same user data once more, on a machine that boots anew", () => {
    it("changes nothing, and brings everything back", async () => {
        await machine.shell(
            `docker run --detach --restart unless-stopped --name stays --stop-signal INT \\
                --volume ${DATA_FOLDER}:/data ${PROBE_IMAGE} /bin/sh -c \\
                'trap "echo in order >/data/ended; exit" INT; while :; do sleep 0.1; done'`,
        );
        const before = await machine.shell(stateOf(DATA_FOLDER));
        await machine.shell("cloud-init clean --logs");
        await machine.stop();
        await machine.start();
        expect(await machine.booted()).toEqual({
            system: "running",
            cloudInit: expect.stringMatching(/^status: done\n/) as string,
        });
        expect(await machine.shell(stateOf(DATA_FOLDER))).toBe(before);
        // Docker has ended it in its own way, although containers live on when only Docker goes.
        expect(await machine.shell(`cat ${DATA_FOLDER}/ended`)).toBe("in order\n");
        expect(await machine.shell("docker ps --format '{{.Names}}'")).toBe("stays\n");
        expect(await ssh("hostname")).toBe("shop-prod\n");
    });

    it("tells by name what failed", async () => {
        await machine.shell("echo nonsense > /etc/ssh/sshd_config.d/99-broken.conf");
        const { exitCode, output } = await machine.exec(["/usr/local/sbin/berth-setup"]);
        expect(exitCode).not.toBe(0);
        expect(output).toContain("berth-setup failed at: the SSH server's settings");
        await machine.shell("rm /etc/ssh/sshd_config.d/99-broken.conf; /usr/local/sbin/berth-setup");
    });
});
