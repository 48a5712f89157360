import fs from "node:fs";
import path from "node:path";
import { SetupError } from "./errors";

/** Room that something takes in a folder. */
export interface Need {
    folder: string;
    mb: number;
}

/** Ends in a clear sentence when a disk has less room than is needed on it, before anything is downloaded. */
export function requireRoom(needs: Need[], freeMbOf: (folder: string) => number = freeMb): void {
    const disks = new Map<number, Need>();
    for (const { folder, mb } of needs) {
        const existing = nearestExisting(folder);
        const device = fs.statSync(existing).dev;
        disks.set(device, { folder: existing, mb: mb + (disks.get(device)?.mb ?? 0) });
    }
    for (const { folder, mb } of disks.values()) {
        const free = freeMbOf(folder);
        if (free < mb) {
            throw new SetupError(
                `Set-up needs about ${inGb(mb)} GB and the disk of ${folder} has ${inGb(free)} GB left.`,
                "Free some room, or point BERTH_CACHE (and GOCACHE, GOMODCACHE) at a bigger disk; then run this again.",
            );
        }
    }
}

function freeMb(folder: string): number {
    const { bavail, bsize } = fs.statfsSync(folder);
    return Math.floor((bavail * bsize) / (1024 * 1024));
}

function inGb(megabytes: number): string {
    return (megabytes / 1024).toFixed(1);
}

function nearestExisting(folder: string): string {
    return fs.existsSync(folder) ? folder : nearestExisting(path.dirname(folder));
}
