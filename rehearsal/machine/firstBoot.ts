import { FileToPut } from "../../providers/engine/files";

/** A file that a machine finds when it boots for the first time. */
export interface MachineFile {
    /** Absolute. Folders that are missing are made. */
    readonly path: string;
    readonly content: string;
    /** @default 0o644 */
    readonly mode?: number;
}

/** What a machine finds when it boots for the first time. */
export interface FirstBoot {
    /** Unique: what cloud-init knows a new machine by. */
    readonly instance: string;
    readonly hostname: string;
    readonly userData: string;
    readonly publicKeys: readonly string[];
    readonly files: readonly MachineFile[];
    readonly dns: readonly string[];
}

const SEED = "/var/lib/cloud/seed/nocloud";

/** All files of a first boot, named from the root on. */
export function filesOf({ files, dns, ...boot }: FirstBoot): FileToPut[] {
    const metaData = {
        "instance-id": boot.instance,
        "local-hostname": boot.hostname,
        "public-keys": boot.publicKeys,
    };
    return [
        { path: `${SEED}/user-data`, content: boot.userData, mode: 0o600 },
        { path: `${SEED}/meta-data`, content: `${JSON.stringify(metaData)}\n` },
        ...(dns.length > 0 ? [resolvers(dns)] : []),
        ...files,
    ].map(({ path, ...file }) => ({ name: path.slice(1), ...file }));
}

/**
 * The engine's own resolver, which the file names at each boot, has a loopback address: the engine inside can't pass that
 * on to its containers.
 */
function resolvers(dns: readonly string[]): MachineFile {
    const content = dns.map((address) => `nameserver ${address}\\n`).join("");
    return {
        path: "/etc/tmpfiles.d/resolvers.conf",
        content: `f+ /etc/resolv.conf 0644 root root - ${content}\n`,
    };
}
