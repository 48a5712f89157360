import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import { isConflict, isNotFound } from "../../providers/engine/connect";
import { exec, ExecResult } from "../../providers/engine/exec";
import { putFiles } from "../../providers/engine/files";
import { containerOf } from "./container";
import { filesOf, MachineFile } from "./firstBoot";
import { deviceFile, DEVICES_FOLDER, MachineDisk, noDeviceFile, pull } from "./machineDisk";
import { NetworkCard, unless } from "./networkCard";

/** What a machine is started with. */
export interface MachineArgs {
    /** Unique on the engine. */
    readonly name: string;
    /** @default its name */
    readonly hostname?: string;
    /** As a cloud would get it. It stays on the machine, where root can read it. */
    readonly userData: string;
    /** Keys that the cloud knows. @default none but those of the user data */
    readonly publicKeys?: readonly string[];
    /** Network with a subnet of its own, and an address on it. */
    readonly network: string;
    readonly address: string;
    /** What a cloud's firewall would do, from the first moment: a script for nft. @default everything passes */
    readonly filter?: string;
    /** Files that are there before the first boot. @default none but the user data */
    readonly files?: readonly MachineFile[];
    /** Addresses of its resolvers. @default the engine's, which only the machine itself can ask */
    readonly dns?: readonly string[];
    readonly labels?: Readonly<Record<string, string>>;
}

const STOP_SECONDS = 30;

/** How often the first process of a machine is asked whether it can be asked, ten times a second. */
const MOST_TRIES = 300;

/** Whether the first process of a machine can't be asked yet: it has not mounted what it is known by, or opened its bus. */
export function isTooEarly(answer: string): boolean {
    return /^offline|connect to bus|Failed to/.test(answer);
}

/** A Debian server that runs as a container, with its network card as another. */
export class Machine {
    private readonly card: NetworkCard;

    /** One that was booted before. */
    constructor(
        private readonly docker: Docker,
        /** Name of its container. */
        readonly name: string,
        readonly address: string,
    ) {
        this.card = new NetworkCard(docker, cardOf(name));
    }

    /** Creates a machine and turns it on; what its user data asks for is still going on. */
    static async boot(docker: Docker, args: MachineArgs): Promise<Machine> {
        const { name, address, labels } = args;
        const machine = new Machine(docker, name, address);
        await NetworkCard.create(docker, { ...args, name: cardOf(name) });
        try {
            await docker.createContainer(containerOf(name, cardOf(name), labels));
            await putFiles(docker, name, "/", firstFiles(args));
            await machine.start();
        } catch (error) {
            await machine.remove();
            throw error;
        }
        return machine;
    }

    /** Runs a command as root to its end. */
    exec(command: readonly string[]): Promise<ExecResult> {
        return exec(this.docker, this.name, command);
    }

    /** Runs a shell command as root; gives its output, and throws it when the command fails. */
    shell(script: string): Promise<string> {
        return this.run(["sh", "-euc", script], script);
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

    async isOn(): Promise<boolean> {
        const { State } = await this.container.inspect();
        return State.Running;
    }

    /** Turns a machine on that was off: its disks are as they were, its kernel has forgotten all. */
    async start(): Promise<void> {
        await this.card.start();
        await this.container.start();
    }

    /** Turns the machine off in order. */
    async stop(): Promise<void> {
        await this.container.stop({ t: STOP_SECONDS });
        await this.card.stop();
    }

    /** Cuts the power: processes end in the middle, and disks lose what was not written to them yet. */
    async cut(disks: readonly MachineDisk[] = []): Promise<void> {
        if (await this.isOn()) {
            await this.pull(disks);
        }
        await this.container.kill().catch(unless(isConflict));
        await this.card.stop();
    }

    /** Attaches a disk, at once where the machine is on; it stays attached when the machine boots again. */
    async attach(disk: MachineDisk): Promise<void> {
        const file = deviceFile(disk);
        await putFiles(this.docker, this.name, DEVICES_FOLDER, [file]);
        if (await this.isOn()) {
            const made = ["systemd-tmpfiles", "--create", `${DEVICES_FOLDER}/${file.name}`];
            await this.run(made, made.join(" "));
        }
    }

    /** Pulls a disk. Where it is mounted it stays mounted until the machine is off, and answers with errors. */
    async detach(disk: MachineDisk): Promise<void> {
        await putFiles(this.docker, this.name, DEVICES_FOLDER, [noDeviceFile(disk)]);
        if (await this.isOn()) {
            await this.pull([disk]);
            await this.shell(`rm -f ${disk.device} /dev/loop${disk.loop}`);
        }
    }

    /** What a cloud's firewall does in front of the machine: a script for nft. It stays when the machine boots again. */
    filter(script: string): Promise<void> {
        return this.card.filter(script);
    }

    /** Removes the machine with its own disk. */
    async remove(): Promise<void> {
        // What the engine inside leaves without ending it stays in the kernel's list of cgroups.
        const killed = ["sh", "-c", "docker ps --quiet | xargs --no-run-if-empty docker kill"];
        await this.exec(killed).catch(() => undefined);
        await this.container.remove({ force: true, v: true }).catch(unless(isNotFound));
        await this.card.remove();
    }

    private get container(): Docker.Container {
        return this.docker.getContainer(this.name);
    }

    private async pull(disks: readonly MachineDisk[]): Promise<void> {
        if (disks.length > 0) {
            await this.run(pull(disks), "pulling disks");
        }
    }

    private async run(command: readonly string[], what: string): Promise<string> {
        const { exitCode, output } = await this.exec(command);
        if (exitCode !== 0) {
            throw new Error(`\`${what}\` on ${this.name} ended with ${exitCode}: ${output.trim()}`);
        }
        return output;
    }
}

function cardOf(machine: string): string {
    return `${machine}-network`;
}

function firstFiles({ name, hostname = name, userData, publicKeys = [], files = [], dns = [] }: MachineArgs) {
    return filesOf({ instance: name, hostname, userData, publicKeys, files, dns });
}
