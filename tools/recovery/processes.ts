import fs from "node:fs";

/** The kernel tells times of processes in these, whatever it counts in itself. */
const TICKS_PER_SECOND = 100;

/** What can be told of a process by its number. "gone" when there is none, or one that has only not been buried. */
export type Seen =
    | "gone"
    | {
          /**
           * When it started, in ms since 1970, by what the clock says now: a step of the clock moves it. Undefined where it
           * can't be told: on a system without /proc, or when it is hidden from this user.
           */
          readonly started?: number;
          /** Name of its program, the first 15 characters. */
          readonly name?: string;
      };

export function look(pid: number): Seen {
    if (!exists(pid)) {
        return "gone";
    }
    try {
        const boot = /^btime (\d+)$/m.exec(fs.readFileSync("/proc/stat", "utf8"))?.[1];
        const { name, state, ticks } = fieldsOf(fs.readFileSync(`/proc/${pid}/stat`, "utf8"));
        if (DEAD.includes(state)) {
            return "gone";
        }
        return boot === undefined || ticks === undefined
            ? { name }
            : { name, started: Number(boot) * 1000 + (Number(ticks) * 1000) / TICKS_PER_SECOND };
    } catch {
        return {};
    }
}

/** When a process started, as `look` tells it. */
export function startOf(pid: number): number | "gone" | undefined {
    const seen = look(pid);
    return seen === "gone" ? seen : seen.started;
}

/** States of a process that has ended and whose parent has not looked. */
const DEAD = ["Z", "X"];

/** The second field is the program's name in parentheses, which may hold anything. */
function fieldsOf(stat: string): { name: string; state: string; ticks: string | undefined } {
    const end = stat.lastIndexOf(")");
    const [state = "", ...others] = stat.slice(end + 2).split(" ");
    return { name: stat.slice(stat.indexOf("(") + 1, end), state, ticks: others[18] };
}

function exists(pid: number): boolean {
    try {
        return process.kill(pid, 0);
    } catch (error) {
        // Somebody else's is one, too.
        return (error as NodeJS.ErrnoException).code !== "ESRCH";
    }
}

/** A running program. */
export interface Program {
    readonly pid: number;
    readonly args: readonly string[];
    /** Its working directory. */
    readonly folder: string;
}

/** The programs that this user may look into; none on a system without /proc. */
export function programs(): Program[] {
    return numbersIn("/proc").flatMap((pid) => {
        try {
            const args = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
            return args.length === 0 ? [] : [{ pid, args, folder: fs.readlinkSync(`/proc/${pid}/cwd`) }];
        } catch {
            return []; // ended meanwhile, or somebody else's
        }
    });
}

function numbersIn(folder: string): number[] {
    try {
        return fs.readdirSync(folder).map(Number).filter(Number.isInteger);
    } catch {
        return [];
    }
}

/** State of a listening socket, as the kernel writes it. */
const LISTENING = "0A";

/** Ports on which somebody listens, in the network that a process sees. */
export function listeningPorts(pid: number): Set<number> {
    const tables = [fs.readFileSync(`/proc/${pid}/net/tcp`, "utf8")];
    // A kernel without IPv6 has no such table.
    if (fs.existsSync("/proc/net/tcp6")) {
        tables.push(fs.readFileSync(`/proc/${pid}/net/tcp6`, "utf8"));
    }
    return new Set(tables.flatMap(parseListening));
}

/** The listening ports in a table of the kernel's. */
export function parseListening(table: string): number[] {
    return table
        .split("\n")
        .slice(1)
        .map((line) => line.trim().split(/\s+/))
        .filter(([, , , state]) => state === LISTENING)
        .map(([, address = ""]) => parseInt(address.split(":").at(-1) ?? "", 16));
}
