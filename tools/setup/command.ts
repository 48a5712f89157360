import fs from "node:fs";
import path from "node:path";
import execa, { ExecaError } from "execa";
import { knownCause, SetupError } from "./errors";
import { cacheFolder } from "./paths";

/** How a command of the set-up is run. */
export interface CommandOptions {
    cwd?: string;
    /** Added to this process's variables; undefined takes one away. */
    env?: Record<string, string | undefined>;
    /** Ends the command when another part of the set-up has failed. */
    signal?: AbortSignal;
    /** What the command was for, in the error: "building the Pulumi engine". */
    purpose: string;
    input?: string;
}

const tailLines = 15;

/**
 * Runs a command to its end and gives its standard output. Everything it prints is kept in a log in the cache; a failure
 * ends in one sentence where the cause is known, and in the last lines of output where it is not.
 */
export async function run(file: string, args: string[], options: CommandOptions): Promise<string> {
    const child = execa(file, args, {
        cwd: options.cwd,
        env: { ...process.env, LC_ALL: "C.UTF-8", ...options.env },
        extendEnv: false,
        all: true,
        reject: false,
        ...(options.input === undefined ? { stdin: "ignore" as const } : { input: options.input }),
        maxBuffer: 64 * 1024 * 1024,
    });
    const stop = () => child.kill("SIGTERM");
    options.signal?.addEventListener("abort", stop, { once: true });
    const result = await child;
    options.signal?.removeEventListener("abort", stop);
    const output = result.all ?? "";
    if (!result.failed) {
        return result.stdout;
    }
    throw failure(file, args, options.purpose, output, (result as ExecaError).shortMessage);
}

function failure(file: string, args: string[], purpose: string, output: string, message: string): SetupError {
    const log = keepLog(purpose, [`$ ${[file, ...args].join(" ")}`, output, message].join("\n"));
    const cause = knownCause(output);
    const where = `The whole output is in ${log}.`;
    if (cause !== undefined) {
        return new SetupError(`${cause.problem} (${purpose})`, `${cause.wayOut}\n  ${where}`);
    }
    const tail = output.trimEnd().split("\n").slice(-tailLines);
    const shown = tail.map((line) => `    ${line}`).join("\n");
    return new SetupError(`Failed: ${purpose}. ${message.split("\n")[0] ?? ""}\n${shown}`, where);
}

function keepLog(purpose: string, text: string): string {
    const folder = path.join(cacheFolder(), "logs");
    const file = path.join(folder, `${purpose.replace(/[^a-z0-9]+/gi, "-").toLowerCase()}.log`);
    try {
        fs.mkdirSync(folder, { recursive: true });
        fs.writeFileSync(file, `${text}\n`);
    } catch {
        // A full disk is the likeliest reason to be here: the error itself matters more than its log.
    }
    return file;
}

/** Full path of a program on PATH (or in the folders where root's programs stand), undefined when there is none. */
export function findProgram(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
    const folders = [...(env.PATH ?? "").split(path.delimiter), "/usr/local/sbin", "/usr/sbin", "/sbin"];
    return folders
        .filter((folder) => folder !== "")
        .map((folder) => path.join(folder, name))
        .find((file) => isExecutable(file));
}

function isExecutable(file: string): boolean {
    try {
        fs.accessSync(file, fs.constants.X_OK);
        return fs.statSync(file).isFile();
    } catch {
        return false;
    }
}
