import Docker from "dockerode";
import { sshFileOptions } from "../../lib/ssh";
import { connect, disconnect } from "./connect";
import { runOverSsh, SshResult, writeSshFiles } from "./ssh";
import { hasUnknown, Properties } from "../server/properties";

/** The machine that a configured provider acts on. No connection is made before the first use. */
export interface Host {
    readonly docker: Docker;
    ssh(command: string, signal: AbortSignal): Promise<SshResult>;
    disconnect(): void;
}

/**
 * The host of a provider's configuration; undefined while its address is not known. Where the configuration brings a
 * key, `ssh` gets its files here: every run configures its providers before it uses them, also on a fresh machine.
 */
export function hostOf(config: Properties): Host | undefined {
    const { host, sshFolder, sshPrivateKey, sshHostKey, sshProxyCommand } = config;
    if (typeof host !== "string" || hasUnknown(config)) {
        return undefined;
    }
    const own = typeof sshFolder === "string" ? sshFileOptions(sshFolder) : [];
    const sshOpts = [...own, ...parseOptions(config.sshOpts)];
    if (typeof sshFolder === "string") {
        writeSshFiles(new URL(host), {
            folder: sshFolder,
            privateKey: textOf(sshPrivateKey) ?? "",
            hostKey: textOf(sshHostKey) ?? "",
            proxyCommand: textOf(sshProxyCommand),
        });
    }
    const docker = connect({ host, sshOpts });
    return {
        docker,
        ssh: async (command, signal) => {
            const url = new URL(host);
            if (url.protocol !== "ssh:") {
                throw new Error(`${host} is not reached over SSH`);
            }
            return await runOverSsh(url, sshOpts, command, signal);
        },
        disconnect: () => {
            disconnect(docker);
        },
    };
}

/** Provider configuration travels as text; lists are JSON in it. */
function parseOptions(value: unknown): string[] {
    const parsed: unknown = typeof value === "string" && value !== "" ? JSON.parse(value) : [];
    return Array.isArray(parsed) ? parsed.map(String) : [];
}

function textOf(value: unknown): string | undefined {
    return typeof value === "string" && value !== "" ? value : undefined;
}
