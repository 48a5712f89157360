import Docker from "dockerode";
import { isNotFound } from "../../../providers/engine/connect";
import { Disks, Machine, MachineFile, MachineNetwork, unless } from "../../machine";
import { HostedServer, HostedVolume, Rule, ServerHost } from "../serverHost";
import { Leftovers, removeLeftovers, serversOf, volumesOf } from "./leftovers";
import { AttachedDisk, ServerRecord, ServerRecords } from "./records";
import { renderRuleset } from "./ruleset";

/** What a host of machines is started with. */
export interface MachineHostArgs {
    /** Beginning of the names of all containers, unique on the engine. */
    readonly name: string;
    /** Its addresses are those of the servers. */
    readonly network: Pick<MachineNetwork, "name">;
    /** Folder of the machine that the engine runs on, for the volumes and for what another process needs to go on. */
    readonly folder: string;
    /** On every container. */
    readonly labels?: Readonly<Record<string, string>>;
    /** Files that each server has before its first boot, as a cloud's image would. */
    readonly files?: readonly MachineFile[];
    /** Addresses of the servers' resolvers. @default the engine's, which only the servers themselves can ask */
    readonly dns?: readonly string[];
}

/** The one image that the machines are made of. */
export const MACHINE_IMAGE = "debian-12";

/**
 * Servers that are machines: each boots its user data, has its firewall in front of it, and volumes that outlive it. All
 * that has to last lies on the engine and in the folder: another process with the same name and folder goes on with it.
 */
export class MachineHost implements ServerHost {
    private readonly disks: Disks;
    private readonly records: ServerRecords;

    constructor(
        private readonly docker: Docker,
        private readonly args: MachineHostArgs,
    ) {
        this.disks = new Disks(docker, volumesOf(args.folder), args.labels);
        this.records = new ServerRecords(serversOf(args.folder));
    }

    /** Removes all that a host has made, this one's process or one that was killed. */
    static async removeLeftovers(docker: Docker, leftovers: Leftovers): Promise<void> {
        await removeLeftovers(docker, leftovers);
    }

    /** The machine that a server is. */
    machine(id: number): Machine {
        const { machine, address } = this.recordOf(id);
        return new Machine(this.docker, machine, address);
    }

    async create({ id, name, image, userData, publicKeys, ipv4 }: HostedServer): Promise<void> {
        if (this.records.find(id) !== undefined) {
            return;
        }
        if (image !== MACHINE_IMAGE) {
            throw new Error(`a machine is ${MACHINE_IMAGE}: there is no ${image} here`);
        }
        if (ipv4 === undefined) {
            throw new Error("a machine is reached by its IPv4 address: the server has none");
        }
        const machine = `${this.args.name}-${name}-${id}`;
        // Before there is anything: whoever is killed from here on leaves nothing that can't be deleted.
        this.records.write(id, { machine, address: ipv4, disks: {} });
        try {
            await Machine.boot(this.docker, {
                name: machine,
                hostname: name,
                userData,
                publicKeys,
                network: this.args.network.name,
                address: ipv4,
                // Nothing comes in before the rules are known.
                filter: renderRuleset([]),
                files: this.args.files,
                dns: this.args.dns,
                labels: this.args.labels,
            });
        } catch (error) {
            this.records.remove(id);
            throw error;
        }
    }

    async delete(id: number): Promise<void> {
        const record = this.records.find(id);
        if (record === undefined) {
            return;
        }
        for (const volume of Object.keys(record.disks)) {
            await this.detachVolume(id, Number(volume));
        }
        await this.machine(id).remove();
        this.records.remove(id);
    }

    async power(id: number, to: "on" | "off" | "shutdown" | "reboot"): Promise<void> {
        const machine = this.machine(id);
        if (to === "off") {
            await machine.cut(Object.values(this.recordOf(id).disks));
            return;
        }
        const isOn = await machine.isOn();
        if (isOn && to !== "on") {
            await machine.stop();
        }
        if (to === "reboot" || (to === "on" && !isOn)) {
            await this.connectDisks(id);
            await machine.start();
        }
    }

    async attachVolume(id: number, { id: volume, sizeGb, format, device }: HostedVolume): Promise<void> {
        if (format === "xfs") {
            throw new Error("a machine's volumes are ext4: nothing here makes xfs");
        }
        const machine = this.machine(id);
        const disk = { device, sizeGb, loop: await this.disks.connect(diskName(volume), sizeGb) };
        this.note(id, { [volume]: disk });
        await machine.attach(disk);
    }

    async detachVolume(id: number, volume: number): Promise<void> {
        const record = this.recordOf(id);
        const { [volume]: disk, ...others } = record.disks;
        if (disk === undefined) {
            return;
        }
        await this.machine(id).detach(disk).catch(unless(isNotFound));
        await this.disks.release(diskName(volume));
        this.records.write(id, { ...record, disks: others });
    }

    async deleteVolume(volume: number): Promise<void> {
        await this.disks.remove(diskName(volume));
    }

    async setFirewall(id: number, rules: readonly Rule[] | undefined): Promise<void> {
        await this.machine(id).filter(renderRuleset(rules));
    }

    /** A loop device lasts as long as this kernel runs: what was attached before may have another number now. */
    private async connectDisks(id: number): Promise<void> {
        for (const [volume, disk] of Object.entries(this.recordOf(id).disks)) {
            const loop = await this.disks.connect(diskName(volume), disk.sizeGb);
            if (loop !== disk.loop) {
                this.note(id, { [volume]: { ...disk, loop } });
                await this.machine(id).attach({ ...disk, loop });
            }
        }
    }

    private note(id: number, disks: Readonly<Record<string, AttachedDisk>>): void {
        const record = this.recordOf(id);
        this.records.write(id, { ...record, disks: { ...record.disks, ...disks } });
    }

    private recordOf(id: number): ServerRecord {
        const record = this.records.find(id);
        if (record === undefined) {
            throw new Error(`there is no machine of server ${id}`);
        }
        return record;
    }
}

function diskName(volume: number | string): string {
    return `volume-${volume}`;
}
