import { setTimeout as sleep } from "node:timers/promises";
import type { SshResult } from "./ssh";

/** What waiting for a host takes. */
export interface Wait {
    readonly ssh: (command: string, signal: AbortSignal) => Promise<SshResult>;
    /** Aborted when the user cancels the update. */
    readonly signal: AbortSignal;
    readonly status: (message: string) => void;
    readonly timeoutSeconds: number;
}

/** `ssh` itself failed: no connection, no login, or the connection broke. */
const SSH_FAILED = 255;

/** Done, with something that cloud-init could get over: a deprecated key, for one. */
const RECOVERABLE = 2;

/** A host that does not answer yet refuses at once: this is between two tries. */
const PAUSE_MS = 500;

/**
 * Waits until a host lets us in, until its first boot is over, and until its Docker engine answers. Fails as soon as it is
 * certain that it will not: another host key, an error of cloud-init, an engine that cannot start.
 */
export async function prepareHost({ ssh, signal, status, timeoutSeconds }: Wait): Promise<void> {
    const limit = AbortSignal.timeout(timeoutSeconds * 1000);
    const either = AbortSignal.any([signal, limit]);
    let last = "no answer";
    const persist = async (doing: string, command: string): Promise<SshResult> => {
        for (;;) {
            status(doing);
            const result = await ssh(command, either);
            if (result.exitCode !== SSH_FAILED) {
                return result;
            }
            last = lastLine(result.stderr) || last;
            refuseStranger(result.stderr);
            status(`${doing}: ${last}`);
            await sleep(PAUSE_MS, undefined, { signal: either });
        }
    };
    try {
        await persist("waiting for SSH", "true");
        last = "it lets us in, cloud-init is still at work";
        checkFirstBoot(await persist("waiting for cloud-init", CLOUD_INIT));
        last = "cloud-init has ended, Docker does not answer yet";
        checkEngine(await persist("waiting for Docker", ENGINE));
    } catch (error) {
        if (signal.aborted) {
            throw new Error(
                `the host was not ready when the update was cancelled; the last that was heard of it: ${last}`,
            );
        }
        if (limit.aborted) {
            throw new Error(
                `the host was not ready after ${timeoutSeconds} s; the last that was heard of it: ${last}`,
            );
        }
        throw error;
    }
}

/** Waits by itself; what went wrong stands at the end of the log. */
const CLOUD_INIT = `
cloud-init status --wait --long
code=$?
if [ "$code" -ne 0 ] && [ "$code" -ne ${RECOVERABLE} ]; then sudo -n tail -n 50 /var/log/cloud-init-output.log; fi
exit "$code"`;

/** Starting an engine that runs is nothing; one that cannot start says why. */
const ENGINE = `
sudo -n systemctl start docker.service && docker version --format '{{.Server.Version}}' && exit 0
systemctl status --no-pager --full --lines 20 docker.service $(systemctl list-units --failed --plain --no-legend 'mnt-*.mount' | cut -d ' ' -f 1)
exit 1`;

function refuseStranger(stderr: string): void {
    if (
        /host key verification failed|host identification has changed|no matching host key type/i.test(stderr)
    ) {
        throw new Error(
            "the host that answers has another key than the one that was given to it: it is not the server that this " +
                "stack made, or somebody made it anew outside the stack",
        );
    }
}

function checkFirstBoot({ exitCode, stdout, stderr }: SshResult): void {
    if (exitCode !== 0 && exitCode !== RECOVERABLE) {
        throw new Error(`cloud-init ended with ${exitCode}:\n${indented(stdout + stderr)}`);
    }
}

function checkEngine({ exitCode, stdout, stderr }: SshResult): void {
    if (exitCode !== 0) {
        throw new Error(`the host's Docker engine does not start:\n${indented(stdout + stderr)}`);
    }
}

function lastLine(text: string): string {
    return text.trim().split("\n").at(-1)?.trim() ?? "";
}

function indented(text: string): string {
    return text
        .trim()
        .split("\n")
        .map((line) => `  | ${line}`)
        .join("\n");
}
