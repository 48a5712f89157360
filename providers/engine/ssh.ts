import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { bareHost, sshArguments } from "./dialStdio";

/** What a client needs to log in on a host, and to know that it is the right one. */
export interface SshAccess {
    /** Folder for the client's files, relative to the project: other machines have theirs at other places. */
    readonly folder: string;
    /** Secret. */
    readonly privateKey: string;
    /** The host's only key, `ssh-ed25519 …`. A host that shows another one is refused. */
    readonly hostKey: string;
    /** Command that makes the connection, where the host is not reached directly. */
    readonly proxyCommand?: string;
}

/** Under this name the host's key is known: not by its address, which can go to another machine. */
const HOST_ALIAS = "berth-host";

/**
 * Writes key, known host and configuration for the system's `ssh`. The Docker provider runs it, too, and a person can:
 * `ssh -F <folder>/config host`.
 */
export function writeSshFiles(url: URL, { folder, privateKey, hostKey, proxyCommand }: SshAccess): void {
    mkdirSync(folder, { recursive: true });
    // Also one that was there before, with a mode of somebody else's.
    chmodSync(folder, 0o700);
    const file = (name: string) => join(folder, name);
    writeWhole(file("key"), privateKey.endsWith("\n") ? privateKey : `${privateKey}\n`);
    writeWhole(file("known_hosts"), `${HOST_ALIAS} ${hostKey.trim()}\n`);
    const lines = [
        "Host host",
        `    HostName ${bareHost(url)}`,
        ...(url.username ? [`    User ${decodeURIComponent(url.username)}`] : []),
        ...(url.port ? [`    Port ${url.port}`] : []),
        "Host *",
        `    IdentityFile ${quoted(file("key"))}`,
        "    IdentitiesOnly yes",
        `    HostKeyAlias ${HOST_ALIAS}`,
        `    UserKnownHostsFile ${quoted(file("known_hosts"))}`,
        "    GlobalKnownHostsFile none",
        "    StrictHostKeyChecking yes",
        "    HostKeyAlgorithms ssh-ed25519",
        ...(proxyCommand === undefined ? [] : [`    ProxyCommand ${proxyCommand}`]),
    ];
    writeWhole(file("config"), `${lines.join("\n")}\n`);
}

/** A path as one word of a line, without the tokens that `ssh` would replace in it. */
function quoted(path: string): string {
    return `"${path.replaceAll("%", "%%")}"`;
}

/** A private key that others may read is refused by `ssh`. */
const OWN = 0o600;

/** Whoever reads the file meanwhile gets the old content or the new one. */
function writeWhole(path: string, content: string): void {
    try {
        if (readFileSync(path, "utf8") === content && (statSync(path).mode & 0o777) === OWN) {
            return;
        }
    } catch {
        // Not there yet.
    }
    const next = `${path}.${process.pid}`;
    writeFileSync(next, content, { mode: OWN });
    renameSync(next, path);
}

/** How a command on a host ended. */
export interface SshResult {
    /** 255 when `ssh` itself failed. */
    readonly exitCode: number;
    readonly stdout: string;
    readonly stderr: string;
}

/** Runs a shell command on a host. */
export async function runOverSsh(
    url: URL,
    sshOpts: readonly string[],
    command: string,
    signal: AbortSignal,
): Promise<SshResult> {
    const child = spawn("ssh", sshArguments(url, sshOpts, [command]), {
        stdio: ["ignore", "pipe", "pipe"],
        signal,
    });
    const ended = new Promise<number>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code) => resolve(code ?? 255));
    });
    const [exitCode, stdout, stderr] = await Promise.all([ended, buffer(child.stdout), buffer(child.stderr)]);
    return { exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
}
