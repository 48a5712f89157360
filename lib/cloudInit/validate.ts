import { checkCidr } from "../networks";
import { checkNumber } from "../numbers";
import { Problem } from "../problems";
import { CloudInitArgs } from "./args";

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** What Debian's `useradd` takes without being forced to. */
const USER = /^[a-z_][a-z0-9_-]{0,31}$/;
/** Type, key, and a comment; options in front of a key are for nobody here. */
const PUBLIC_KEY =
    /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+|sk-[a-z0-9@.-]+) [A-Za-z0-9+/]+={0,2}( [^\r\n]*)?$/;
const PRIVATE_KEY =
    /^-----BEGIN OPENSSH PRIVATE KEY-----\n[A-Za-z0-9+/=\n]+-----END OPENSSH PRIVATE KEY-----\n?$/;
/** Nothing that has a meaning in a unit file or a shell. */
const DEVICE = /^\/dev(\/[A-Za-z0-9_.:+-]+)+$/;

/** Size of a swap file in MB: from, to. */
export const SWAP_MB = { min: 0, max: 65_536 } as const;

/** Everything that is wrong with what is asked of a server. Values that are secret are not repeated. */
export function validateCloudInit(args: CloudInitArgs): Problem[] {
    return [
        ...unless(LABEL.test(args.hostname), {
            path: "hostname",
            message: `"${args.hostname}" is no host's name: lower-case letters, digits and hyphens, at most 63 characters, no dots`,
        }),
        ...unless(USER.test(args.user) && args.user !== "root", {
            path: "user",
            message: `"${args.user}" is no login name: lower-case letters, digits, hyphens and underscores, starting with a letter, at most 32 characters, and not root`,
        }),
        ...checkKeys(args),
        ...unless(args.dataDevice === undefined || isDevice(args.dataDevice), {
            path: "dataDevice",
            message: `"${args.dataDevice ?? ""}" is no device: a path below /dev without spaces or special characters`,
        }),
        ...args.sshFrom.flatMap((source, index) => checkCidr(`sshFrom[${index}]`, source)),
        ...checkNumber("swapMb", args.swapMb, SWAP_MB),
    ];
}

/** Checks the form of public keys. */
export function checkAuthorizedKeys(path: string, keys: readonly string[]): Problem[] {
    return keys.flatMap((key, index) =>
        unless(PUBLIC_KEY.test(key.trim()), {
            path: `${path}[${index}]`,
            message: 'is no public key: one line, like "ssh-ed25519 AAAA… name"',
        }),
    );
}

function checkKeys({ authorizedKeys, hostKey }: CloudInitArgs): Problem[] {
    return [
        ...unless(authorizedKeys.length > 0, {
            path: "authorizedKeys",
            message: "is empty: nobody could log in",
        }),
        ...checkAuthorizedKeys("authorizedKeys", authorizedKeys),
        ...unless(PRIVATE_KEY.test(hostKey.privateKey), {
            path: "hostKey.privateKey",
            message: "is no private key in OpenSSH's format",
            fix: 'ssh-keygen -q -t ed25519 -N "" -f host',
        }),
        ...unless(PUBLIC_KEY.test(hostKey.publicKey.trim()) && hostKey.publicKey.startsWith("ssh-ed25519 "), {
            path: "hostKey.publicKey",
            message: 'is no ed25519 key: one line, like "ssh-ed25519 AAAA…"',
        }),
    ];
}

function unless(valid: boolean, problem: Problem): Problem[] {
    return valid ? [] : [problem];
}

function isDevice(path: string): boolean {
    return DEVICE.test(path) && !path.split("/").includes("..");
}
