import { createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import execa from "execa";
import { projectRoot } from "../../tools/setup/paths";
import { signalTo } from "../ownedProcess";
import { noteGroup } from "./group";

/** Variables of whoever runs the rehearsal that its commands see. No token, no proxy, no settings of a cloud's tool. */
const ALLOWED = ["PATH", "LANG", "LC_ALL", "TERM", "TMPDIR", "DOCKER_HOST", "BERTH_REGISTRY_PORT"] as const;

/** How a command ended, with all that it said. */
export interface Said {
    readonly code: number;
    readonly output: string;
    /** What it said on its standard output alone: JSON, where that was asked for. */
    readonly stdout: string;
    readonly ms: number;
}

/** What the commands of a rehearsal live in. */
export interface IsolationArgs {
    /** Folder for what is made: files of the name service, logs. */
    readonly folder: string;
    /** Address of the only name server that there is for the commands, on port 53. */
    readonly nameServer: string;
    /** Authorities that the commands trust beside the usual ones, as PEM. */
    readonly authorities: readonly string[];
    /** Ends the command that runs when it is aborted; none is started after. */
    readonly signal: AbortSignal;
    /** Variables that the commands have, beside the few of this machine that are allowed. */
    readonly variables: Readonly<Record<string, string>>;
}

/**
 * Where the rehearsal's commands run: the project's own commands, in a mount namespace in which the only name server is the
 * simulated one. A provider that should not be there, a health check of a host that production has: neither finds the
 * real thing, because its name leads nowhere.
 */
export class Isolation {
    /** File with the certificates of the authorities of this world. */
    readonly authoritiesFile: string;
    private readonly files: readonly (readonly [from: string, to: string])[];
    private readonly logs: string;

    constructor(private readonly args: IsolationArgs) {
        const { folder, nameServer, authorities } = args;
        this.authoritiesFile = join(folder, "authorities.pem");
        writeFileSync(this.authoritiesFile, authorities.join("\n"));
        this.logs = join(folder, "logs");
        mkdirSync(this.logs, { recursive: true });
        const resolver = join(folder, "resolv.conf");
        const order = join(folder, "nsswitch.conf");
        const hosts = join(folder, "hosts");
        writeFileSync(resolver, `nameserver ${nameServer}\noptions timeout:2 attempts:2\n`);
        // A resolver that is asked over a bus, as on Ubuntu, would answer from outside.
        writeFileSync(order, "passwd: files\ngroup: files\nhosts: files dns\n");
        // Somebody may have given a production host an address of its own.
        writeFileSync(hosts, "127.0.0.1 localhost\n::1 localhost\n");
        this.files = [
            [hosts, "/etc/hosts"],
            [resolver, "/etc/resolv.conf"],
            [order, "/etc/nsswitch.conf"],
        ];
    }

    /** File that keeps everything that the commands of an act say. */
    logOf(act: string): string {
        return join(this.logs, `${act}.log`);
    }

    /** Runs one of the project's own commands, as its documentation names it: `up`, `rebuild`. */
    command(log: string, command: string, ...args: string[]): Promise<Said> {
        return this.run(log, process.execPath, ["tools/run.cjs", command, ...args]);
    }

    /** Runs the Pulumi CLI, as `npx pulumi` would with the variables of `npm run env`. */
    pulumi(log: string, ...args: string[]): Promise<Said> {
        const script =
            'variables="$("$0" tools/run.cjs env)" && eval "$variables" && exec node_modules/.bin/pulumi "$@"';
        return this.run(log, "sh", ["-c", script, process.execPath, ...args]);
    }

    /** Runs a program in there. */
    async run(log: string, file: string, args: readonly string[]): Promise<Said> {
        const { signal, folder } = this.args;
        signal.throwIfAborted();
        const mounts = this.files.map(([from, to]) => `mount --bind '${from}' '${to}'`);
        const script = [...mounts, HIDE_NAME_CACHE, 'exec "$0" "$@"'].join(" && ");
        const began = Date.now();
        const isolated = ["--mount", "--propagation", "private", "sh", "-c", script, file, ...args];
        const child = execa("unshare", isolated, {
            cwd: projectRoot,
            env: environmentOf(process.env, {
                ...this.args.variables,
                NODE_EXTRA_CA_CERTS: this.authoritiesFile,
            }),
            extendEnv: false,
            all: true,
            reject: false,
            stdin: "ignore",
            // A group of its own: what ends it reaches all of it, once.
            detached: true,
            maxBuffer: 64 * 1024 * 1024,
        });
        const forget = noteGroup(folder, child.pid);
        const kept = createWriteStream(this.logOf(log), { flags: "a" });
        // A disk that is full is told of by what fails on it.
        kept.on("error", () => undefined);
        kept.write(`$ ${[file, ...args].join(" ")}\n`);
        child.all?.pipe(kept);
        const end = () => endGroup(child.pid);
        signal.addEventListener("abort", end, { once: true });
        const { exitCode, signal: endedBy, all = "", stdout } = await child;
        signal.removeEventListener("abort", end);
        forget();
        signal.throwIfAborted();
        if (endedBy !== undefined) {
            throw new Error(`${args.join(" ")} was ended by ${endedBy}:\n${all.slice(-2000)}`);
        }
        return { code: exitCode, output: all, stdout, ms: Date.now() - began };
    }
}

/** A daemon that remembers names would answer before the name server is asked. */
const HIDE_NAME_CACHE = "{ [ ! -d /run/nscd ] || mount -t tmpfs none /run/nscd; }";

/** What Pulumi may take to end an update in order. */
const PATIENCE_MS = 60_000;

/** Asks a group of processes to end, as Ctrl-C does; those that are still there after a while are not asked. */
function endGroup(pid: number | undefined): void {
    if (pid !== undefined) {
        signalTo(-pid, "SIGINT");
        setTimeout(() => signalTo(-pid, "SIGKILL"), PATIENCE_MS).unref();
    }
}

/** The variables of a rehearsal's command: its own, and of this machine's only those that are allowed. */
export function environmentOf(
    machine: Readonly<Record<string, string | undefined>>,
    own: Readonly<Record<string, string>>,
): Record<string, string> {
    const allowed = ALLOWED.flatMap((name) => {
        const value = machine[name];
        return value === undefined ? [] : [[name, value] as const];
    });
    return { ...Object.fromEntries(allowed), NO_COLOR: "1", ...own };
}
