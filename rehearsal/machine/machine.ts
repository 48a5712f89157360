import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import { exec, ExecResult } from "../../providers/engine/exec";
import { putFiles } from "../../providers/engine/files";
import { availableCapabilities } from "./capabilities";
import { machineImage } from "./recipe";

/** A disk that outlives machines: a folder in their storage. */
export interface MachineVolume {
    /** Where a machine that it is attached to has it: a path below /dev. */
    readonly device: string;
    /** Name of its folder. */
    readonly folder: string;
}

/** What a machine is started with. */
export interface MachineArgs {
    /** Unique on the engine. */
    readonly name: string;
    /** As a cloud would get it. It stays on the machine, where root can read it. */
    readonly userData: string;
    /** Network with a subnet of its own, and an address on it. */
    readonly network: string;
    readonly address: string;
    /** Docker volume in which the disks of all machines lie. @default the machine has none */
    readonly storage?: string;
    /** Disks that are there at the first boot. */
    readonly volumes?: readonly MachineVolume[];
    readonly labels?: Readonly<Record<string, string>>;
}

/** The storage, as a machine has it mounted. */
const STORAGE = "/srv/storage";
const SEED = "/var/lib/cloud/seed/nocloud";
/** systemd makes the links anew at each boot. */
const DEVICES = "volumes.conf";
const STOP_SECONDS = 30;

/** How often the first process of a machine is asked whether it can be asked, ten times a second. */
const MOST_TRIES = 300;

/** Whether the first process of a machine can't be asked yet: it has not mounted what it is known by, or opened its bus. */
export function isTooEarly(answer: string): boolean {
    return /^offline|connect to bus|Failed to/.test(answer);
}

/** A Debian server that runs as a container. */
export class Machine {
    private constructor(
        private readonly docker: Docker,
        /** Id of the container. */
        readonly id: string,
        private readonly args: MachineArgs,
        private volumes: readonly MachineVolume[],
    ) {}

    /** Creates a machine and turns it on; what its user data asks for is still going on. */
    static async boot(docker: Docker, args: MachineArgs): Promise<Machine> {
        const container = await docker.createContainer(containerOf(args));
        const machine = new Machine(docker, container.id, args, args.volumes ?? []);
        try {
            await putFiles(docker, machine.id, SEED, [
                { name: "user-data", content: args.userData, mode: 0o600 },
                { name: "meta-data", content: `instance-id: ${args.name}\nlocal-hostname: ${args.name}\n` },
            ]);
            await machine.writeDevices();
            await container.start();
        } catch (error) {
            await machine.remove();
            throw error;
        }
        return machine;
    }

    get address(): string {
        return this.args.address;
    }

    get name(): string {
        return this.args.name;
    }

    /** Runs a command as root to its end. */
    exec(command: readonly string[]): Promise<ExecResult> {
        return exec(this.docker, this.id, command);
    }

    /** Runs a shell command as root; gives its output, and throws it when the command fails. */
    async shell(script: string): Promise<string> {
        const { exitCode, output } = await this.exec(["sh", "-euc", script]);
        if (exitCode !== 0) {
            throw new Error(`\`${script}\` on ${this.name} ended with ${exitCode}: ${output.trim()}`);
        }
        return output;
    }

    /** Waits until all that starts at boot has started, cloud-init's steps included. */
    async booted(): Promise<{ system: string; cloudInit: string }> {
        let system = await this.exec(["systemctl", "is-system-running", "--wait"]);
        for (let tries = 0; isTooEarly(system.output) && tries < MOST_TRIES; tries += 1) {
            await sleep(100);
            system = await this.exec(["systemctl", "is-system-running", "--wait"]);
        }
        const cloudInit = await this.exec(["cloud-init", "status", "--wait", "--long"]);
        return { system: system.output.trim(), cloudInit: cloudInit.output.trim() };
    }

    /** Turns the machine off in order, and on again: its disks stay as they are. */
    async reboot(): Promise<void> {
        await this.container.restart({ t: STOP_SECONDS });
    }

    /** Turns the machine off in order. */
    async stop(): Promise<void> {
        await this.container.stop({ t: STOP_SECONDS });
    }

    /** Turns a machine on that was off. */
    async start(): Promise<void> {
        await this.container.start();
    }

    /** Attaches a disk to a running machine; it stays attached when the machine boots again. */
    async attachVolume(volume: MachineVolume): Promise<void> {
        this.volumes = [...this.volumes, volume];
        await this.writeDevices();
        // What stands behind a device comes before the device: somebody waits for that.
        await this.shell(
            `mkdir -p ${STORAGE}/${volume.folder}; systemd-tmpfiles --create /etc/tmpfiles.d/${DEVICES}`,
        );
    }

    /** Removes the machine with its own disks. The storage stays. */
    async remove(): Promise<void> {
        // What the engine inside leaves without ending it stays in the kernel's list of cgroups.
        const killed = ["sh", "-c", "docker ps --quiet | xargs --no-run-if-empty docker kill"];
        await this.exec(killed).catch(() => undefined);
        await this.container.remove({ force: true, v: true });
    }

    private get container(): Docker.Container {
        return this.docker.getContainer(this.id);
    }

    private async writeDevices(): Promise<void> {
        const lines = this.volumes.map(({ device, folder }) =>
            [`d ${STORAGE}/${folder} 0755 root root`, `L ${device} - - - - ${STORAGE}/${folder}`].join("\n"),
        );
        await putFiles(this.docker, this.id, "/etc/tmpfiles.d", [
            { name: DEVICES, content: `${lines.join("\n")}\n` },
        ]);
    }
}

/** The type declarations leave it out. */
type HostConfig = Docker.HostConfig & {
    readonly CgroupnsMode: "host" | "private";
    readonly ReadonlyPaths: string[];
};

/** The engine's own list, with `/proc/sys/net` left out of `/proc/sys`. */
const READONLY_PATHS = [
    ...["asound", "bus", "fs", "irq", "sysrq-trigger"].map((name) => `/proc/${name}`),
    ...["abi", "crypto", "debug", "dev", "fs", "kernel", "user", "vm"].map((name) => `/proc/sys/${name}`),
];

function containerOf(args: MachineArgs): Docker.ContainerCreateOptions & { HostConfig: HostConfig } {
    const { name, network, address, storage, labels } = args;
    return {
        Image: machineImage(),
        name,
        Labels: { ...labels },
        HostConfig: {
            CapAdd: availableCapabilities(),
            SecurityOpt: ["seccomp=unconfined", "apparmor=unconfined"],
            CgroupnsMode: "host",
            // A server sets its own network's switches. What else stands in /proc/sys is this kernel's, not the machine's.
            ReadonlyPaths: READONLY_PATHS,
            // A server's own /tmp lets programs run.
            Tmpfs: { "/run": "", "/run/lock": "", "/tmp": "exec,mode=1777" },
            Binds: [
                "/sys/fs/cgroup:/sys/fs/cgroup",
                ...(storage === undefined ? [] : [`${storage}:${STORAGE}`]),
            ],
            NetworkMode: network,
        },
        NetworkingConfig: { EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: address } } } },
    };
}
