import fs from "node:fs";

/** A process that listens on a port. */
export interface Listener {
    pid: number;
    program: string;
}

const listening = "0A";

/** Who listens on a TCP port of this machine, as far as this user may see it. */
export function listenerOf(port: number): Listener | undefined {
    const inodes = new Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) => socketsIn(table, port)));
    if (inodes.size === 0) {
        return undefined;
    }
    const pid = processes().find((candidate) => holdsSocket(candidate, inodes));
    return pid === undefined ? undefined : { pid, program: programOf(pid) };
}

/** Inodes of the sockets that listen on a port, out of one of the kernel's tables. */
function socketsIn(table: string, port: number): string[] {
    const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
    return read(table)
        .split("\n")
        .map((line) => line.trim().split(/\s+/))
        .filter(([, local, , state]) => state === listening && local?.endsWith(suffix) === true)
        .map((fields) => fields[9] ?? "");
}

function processes(): number[] {
    return fs.readdirSync("/proc").map(Number).filter(Number.isInteger);
}

function holdsSocket(pid: number, inodes: Set<string>): boolean {
    try {
        return fs.readdirSync(`/proc/${pid}/fd`).some((fd) => {
            const target = link(`/proc/${pid}/fd/${fd}`);
            return target.startsWith("socket:[") && inodes.has(target.slice("socket:[".length, -1));
        });
    } catch {
        return false; // another user's, or gone
    }
}

function link(file: string): string {
    try {
        return fs.readlinkSync(file);
    } catch {
        return "";
    }
}

function programOf(pid: number): string {
    return read(`/proc/${pid}/comm`).trim() || "a program";
}

function read(file: string): string {
    try {
        return fs.readFileSync(file, "utf8");
    } catch {
        return "";
    }
}
