import { isIPv4, isIPv6 } from "node:net";
import { Problem } from "./problems";

/** Checks a network or a single address in CIDR form: `203.0.113.7/32`, `2001:db8::/48`. */
export function checkCidr(path: string, cidr: string): Problem[] {
    const { version, bits } = parseCidr(cidr);
    if (version !== undefined && bits >= 0 && bits <= WIDTH[version]) {
        // Hetzner takes a network by its first address only.
        const rest =
            numberOf(cidr.split("/")[0] ?? "", version) & ((1n << BigInt(WIDTH[version] - bits)) - 1n);
        const message = `"${cidr}" does not start with its network's first address`;
        return rest === 0n
            ? []
            : [{ path, message, fix: "203.0.113.0/24, or 203.0.113.7/32 for one address" }];
    }
    const single = isIPv4(cidr) ? `${cidr}/32` : isIPv6(cidr) ? `${cidr}/128` : undefined;
    return [
        {
            path,
            message: `"${cidr}" is no network: an address, a slash and the number of its fixed bits`,
            fix: single === undefined ? "203.0.113.7/32 for one address" : `${single} for this one address`,
        },
    ];
}

/** Checks a network that must not be everybody's. */
export function checkNamedCidr(path: string, cidr: string): Problem[] {
    const problems = checkCidr(path, cidr);
    if (problems.length === 0 && parseCidr(cidr).bits < MIN_NAMED_BITS) {
        return [
            {
                path,
                message: `"${cidr}" is open to the world: SSH is let in from addresses that you name`,
                fix: "203.0.113.7/32 for one address",
            },
        ];
    }
    return problems;
}

/** The first address of a network, which is the host's own on a bridge. `cidr` starts with the network itself. */
export function firstAddress(cidr: string): string {
    const [network = ""] = cidr.split("/");
    if (!isIPv4(network)) {
        return `${network}1`;
    }
    const parts = network.split(".");
    return [...parts.slice(0, 3), Number(parts[3]) + 1].join(".");
}

/** Half the internet in two networks is the world as well; no provider hands out more than this to one customer. */
const MIN_NAMED_BITS = 8;

/** Bits of an address. */
const WIDTH = { 4: 32, 6: 128 } as const;

function numberOf(address: string, version: 4 | 6): bigint {
    if (version === 4) {
        return address.split(".").reduce((sum, part) => (sum << 8n) + BigInt(part), 0n);
    }
    // Written by the one way that URLs have for it: groups in hexadecimal, noughts left out once at the most.
    const [left = "", right] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
    const groups = (text = "") => (text === "" ? [] : text.split(":"));
    const [start, end] = [groups(left), groups(right)];
    const noughts = Array.from({ length: 8 - start.length - end.length }, () => "0");
    return [...start, ...noughts, ...end].reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
}

function parseCidr(cidr: string): { version: 4 | 6 | undefined; bits: number } {
    const [address = "", bits = "", ...more] = cidr.split("/");
    // An interface behind the address (fe80::1%eth0) is IPv6's own, too.
    const version = isIPv4(address) ? 4 : isIPv6(address) && !address.includes("%") ? 6 : undefined;
    return { version, bits: more.length === 0 && /^\d{1,3}$/.test(bits) ? Number(bits) : -1 };
}
