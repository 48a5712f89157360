import { mkdirSync } from "node:fs";
import { join } from "node:path";
import Docker from "dockerode";
import { lastLines } from "../../providers/engine/logs";
import { machineImage } from "./recipe";

/** Linux' number of loop devices. Source: the kernel's list of devices. */
export const LOOP_MAJOR = 7;

/** Finds the loop devices of a file; one that goes with its last user is nobody's to attach. */
const LOOPS = `
loops() {
    losetup --list --noheadings --output AUTOCLEAR,NAME --associated "$1" | while read -r leaving name; do
        [ "$leaving" = 1 ] || echo "$name"
    done
}`;

/**
 * Under its name only when it is whole. Nothing of a sparse file has to be written with zeros, neither now nor by the
 * kernel later.
 */
const CONNECT = `${LOOPS}
umask 077
file=$1
if [ ! -e "$file" ]; then
    truncate --size "$2G" "$file.new"
    mkfs.ext4 -q -F -E nodiscard,lazy_itable_init=0,assume_storage_prezeroed=1 "$file.new"
    mv "$file.new" "$file"
fi
truncate --size ">$2G" "$file"
found=$(loops "$file" | head -n 1)
[ -n "$found" ] || found=$(losetup --find --show "$file")
echo "$found"`;

const RELEASE = `${LOOPS}
for file; do
    loops "$file" | while read -r name; do losetup --detach "$name"; done
done`;

const RELEASE_ALL = `${RELEASE.replace("for file;", 'for file in "$1"/*.img;')}
rm -f "$1"/*.img "$1"/*.img.new`;

/**
 * Disks for machines: file systems in sparse files of one folder, which outlive every machine, as block devices of this
 * machine. The programs that this takes run in containers: nobody has to be root here, or to have them.
 */
export class Disks {
    constructor(
        private readonly docker: Docker,
        /** Of the machine that the engine runs on; made where it is missing. */
        private readonly folder: string,
        /** On the containers. */
        private readonly labels: Readonly<Record<string, string>> = {},
    ) {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
    }

    /**
     * Makes a disk with an empty ext4 on it where there is none, of at least this size, and gives the number of the loop
     * device that it is.
     */
    async connect(name: string, sizeGb: number): Promise<number> {
        const output = await this.run(CONNECT, [this.fileOf(name), String(sizeGb)]);
        const [, number] = /^\/dev\/loop(\d+)$/m.exec(output) ?? [];
        if (number === undefined) {
            throw new Error(`the disk ${name} became no loop device: ${output}`);
        }
        return Number(number);
    }

    /** Its loop device goes, at once or, where it is still mounted, with the mount. What is on it stays. */
    async release(name: string): Promise<void> {
        await this.run(RELEASE, [this.fileOf(name)]);
    }

    /** Removes a disk with all that is on it. */
    async remove(name: string): Promise<void> {
        await this.run(`${RELEASE}\nrm -f "$@"`, [this.fileOf(name)]);
    }

    /** Removes every disk of the folder. */
    async removeAll(): Promise<void> {
        await this.run(RELEASE_ALL, [this.folder]);
    }

    private fileOf(name: string): string {
        return join(this.folder, `${name}.img`);
    }

    /** Runs a script to its end. The engine sees the same paths and devices as this machine. */
    private async run(script: string, args: readonly string[]): Promise<string> {
        const container = await this.docker.createContainer({
            Image: machineImage(),
            Labels: { ...this.labels },
            Entrypoint: ["/bin/sh", "-euc", script, "disks", ...args],
            HostConfig: {
                Binds: [`${this.folder}:${this.folder}`, "/dev:/dev"],
                CapAdd: ["SYS_ADMIN"],
                DeviceCgroupRules: [`b ${LOOP_MAJOR}:* rwm`, "c 10:237 rwm"],
                NetworkMode: "none",
                SecurityOpt: ["apparmor=unconfined"],
            },
        });
        try {
            await container.start();
            const { StatusCode: code } = (await container.wait()) as { StatusCode: number };
            const output = await lastLines(this.docker, container.id);
            if (code !== 0) {
                throw new Error(`a disk can't be made or attached here: ${output}`);
            }
            return output;
        } finally {
            await container.remove({ force: true, v: true });
        }
    }
}
