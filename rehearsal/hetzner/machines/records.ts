import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MachineDisk } from "../../machine";

/** What a host has to know of a server that its container does not tell. */
export interface ServerRecord {
    /** Name of the machine. */
    readonly machine: string;
    readonly address: string;
    /** Disks that are attached, by the id of their volume. */
    readonly disks: Readonly<Record<string, AttachedDisk>>;
}

export interface AttachedDisk extends MachineDisk {
    readonly sizeGb: number;
}

/** Servers of a host, each in a file: another process can go on with them. No user data is in it. */
export class ServerRecords {
    constructor(private readonly folder: string) {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
    }

    find(id: number): ServerRecord | undefined {
        const file = this.fileOf(id);
        return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as ServerRecord) : undefined;
    }

    /** Written beside and renamed: whoever is killed leaves the old record or the new one. */
    write(id: number, record: ServerRecord): void {
        const file = this.fileOf(id);
        writeFileSync(`${file}.new`, JSON.stringify(record, null, 2));
        renameSync(`${file}.new`, file);
    }

    remove(id: number): void {
        rmSync(this.fileOf(id), { force: true });
    }

    private fileOf(id: number): string {
        return join(this.folder, `${id}.json`);
    }
}
