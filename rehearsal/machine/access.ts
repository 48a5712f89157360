import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

/** Keys for one machine and its user, and what a client needs to come in. */
export interface MachineAccess {
    readonly user: string;
    /** For the machine's user data. */
    readonly hostKey: { readonly privateKey: string; readonly publicKey: string };
    readonly clientKey: string;
    /** Options for `ssh`: it trusts this host key and no other, and reads nothing of the user's. */
    readonly sshOpts: readonly string[];
}

/** Makes keys in a folder that nobody else can read, for a machine at an address. */
export async function createAccess(folder: string, address: string, user = "deploy"): Promise<MachineAccess> {
    await Promise.all(["host", "client"].map((name) => makeKey(join(folder, name))));
    const publicKey = read(folder, "host.pub");
    writeFileSync(join(folder, "known_hosts"), `${address} ${publicKey}`);
    const options = [
        "IdentitiesOnly=yes",
        "StrictHostKeyChecking=yes",
        `UserKnownHostsFile=${join(folder, "known_hosts")}`,
        "GlobalKnownHostsFile=none",
    ];
    return {
        user,
        hostKey: { privateKey: read(folder, "host"), publicKey },
        clientKey: read(folder, "client.pub"),
        sshOpts: ["-F", "none", "-i", join(folder, "client"), ...options.flatMap((option) => ["-o", option])],
    };
}

/** A new ed25519 key without a passphrase, and its public half beside it. */
export async function makeKey(file: string): Promise<void> {
    await promisify(execFile)("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file]);
}

function read(folder: string, name: string): string {
    return readFileSync(join(folder, name), "utf8");
}
