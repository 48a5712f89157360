import { renderTable } from "../table";

/** How an update reaches the machine. */
export interface SshCase {
    /** Limits of the machine's SSH server: Debian's own, or those of our user data. */
    readonly server: "stock" | "raised";
    /** Whether all sessions share one connection (ControlMaster). */
    readonly shared: boolean;
    /** Resources that the engine works on at the same time. @default Pulumi's own */
    readonly parallel?: number;
    /** Whether each container is also waited for by our own provider. */
    readonly waits: boolean;
}

/** What the SSH server's log says of one update. */
export interface SshCounts {
    /** Connections that logged in. */
    readonly logins: number;
    /** Connections that the server dropped before their login (MaxStartups). */
    readonly dropped: number;
    /** Sessions that it refused to open in a connection (MaxSessions). */
    readonly refused: number;
}

/** What came out for one case. */
export interface SshResult extends SshCase, SshCounts {
    readonly ms: number;
    /** Containers that ran after it. */
    readonly running: number;
    readonly succeeded: boolean;
}

/** Counts what sshd says at the log level VERBOSE. */
export function countLog(log: string): SshCounts {
    const count = (pattern: RegExp) => log.match(pattern)?.length ?? 0;
    return {
        logins: count(/^Accepted publickey /gm),
        dropped: count(/^drop connection #/gm),
        refused: count(/no more sessions$/gm),
    };
}

/** The table that the bench ends with. */
export function sshTable(results: readonly SshResult[], containers: number): string {
    const rows = results.map((each) => [
        each.server,
        each.shared ? "one, shared" : "own",
        each.parallel === undefined ? "default" : String(each.parallel),
        each.waits ? "containers, waits" : "containers",
        `${(each.ms / 1000).toFixed(1)} s`,
        String(each.logins),
        String(each.dropped),
        String(each.refused),
        `${each.running} of ${containers}${each.succeeded ? "" : ", failed"}`,
    ]);
    const headings = [
        "sshd",
        "connections",
        "--parallel",
        "what",
        "up",
        "logins",
        "dropped",
        "refused",
        "running",
    ];
    return renderTable(headings, rows);
}

/** The content of the JSON file. */
export function sshFigures(results: readonly SshResult[], containers: number): object {
    return {
        containers,
        rows: results.map((each) => ({ ...each, parallel: each.parallel ?? null, ms: Math.round(each.ms) })),
    };
}
