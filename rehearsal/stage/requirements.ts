import { statfsSync } from "node:fs";
import { freemem } from "node:os";
import { getuid } from "node:process";
import { Problem } from "../../lib/problems";
import { findProgram } from "../../tools/setup/command";

/**
 * What a rehearsal takes. Seen with all five systems: 2.5 GB of memory in use on the whole machine, 1.4 GB of disk beside
 * the images; the rest is room for larger apps, and for images that are pulled first.
 */
export const NEEDS = { memoryMb: 4000, diskMb: 6000 } as const;

/** What a machine is. */
export interface Offer {
    readonly platform: string;
    readonly root: boolean;
    /** Programs that are not there. */
    readonly missing: readonly string[];
}

/** What is free on a machine. */
export interface Room {
    readonly freeMemoryMb: number;
    /** On the disk of the folder in which the rehearsal keeps its files. */
    readonly freeDiskMb: number;
}

/** Programs of this machine that the rehearsal uses, and the packages that bring them, as Debian names them. */
const PROGRAMS: Readonly<Record<string, string>> = {
    docker: "docker.io",
    unshare: "util-linux",
    mount: "mount",
    ip: "iproute2",
    ssh: "openssh-client",
    openssl: "openssl",
};

/** Everything that a machine lacks for a rehearsal, at once. */
export function checkOffer({ platform, root, missing }: Offer): Problem[] {
    const problems: Problem[] = [];
    if (platform !== "linux") {
        const message = `${platform} has no network namespaces: a rehearsal takes a Linux machine`;
        problems.push({
            path: "system",
            message,
            fix: "Use a virtual machine, or let CI do it: docs/rehearsal.md",
        });
    }
    if (!root) {
        const message = "is not root: servers get firewalls, disks and addresses of their own";
        // The variables: nothing is made a second time, in a cache of root's own.
        const fix = 'npm run setup, as yourself; then this command behind sudo env "PATH=$PATH" "HOME=$HOME"';
        problems.push({ path: "user", message, fix });
    }
    for (const program of missing) {
        const fix = `apt install ${PROGRAMS[program] ?? program}`;
        problems.push({ path: program, message: "is not installed", fix });
    }
    return problems;
}

/** Whether there is room for one; what another has left is to be gone by then. */
export function checkRoom({ freeMemoryMb, freeDiskMb }: Room): Problem[] {
    const problems: Problem[] = [];
    if (freeMemoryMb < NEEDS.memoryMb) {
        const message = `${freeMemoryMb} MB are free, ${NEEDS.memoryMb} MB are needed`;
        problems.push({ path: "memory", message, fix: "End what else runs, or rehearse fewer systems" });
    }
    if (freeDiskMb < NEEDS.diskMb) {
        const message = `${freeDiskMb} MB are free, ${NEEDS.diskMb} MB are needed`;
        problems.push({ path: "disk", message, fix: "Free some, or point BERTH_CACHE at a bigger disk" });
    }
    return problems;
}

/** What this machine is. */
export function offerOfThisMachine(): Offer {
    return {
        platform: process.platform,
        root: getuid?.() === 0,
        missing: Object.keys(PROGRAMS).filter((program) => findProgram(program) === undefined),
    };
}

/** What is free on this machine. `folder` exists. */
export function roomOfThisMachine(folder: string): Room {
    const { bavail, bsize } = statfsSync(folder);
    return {
        freeMemoryMb: Math.floor(freemem() / MB),
        freeDiskMb: Math.floor((bavail * bsize) / MB),
    };
}

const MB = 1024 * 1024;
