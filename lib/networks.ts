import { isIPv4, isIPv6 } from "node:net";
import { Problem } from "./problems";

/** Checks a network or a single address in CIDR form: `203.0.113.7/32`, `2001:db8::/48`. */
export function checkCidr(path: string, cidr: string): Problem[] {
    const { version, bits } = parseCidr(cidr);
    if (version !== undefined && bits >= 0 && bits <= (version === 4 ? 32 : 128)) {
        return [];
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

/** Half the internet in two networks is the world as well; no provider hands out more than this to one customer. */
const MIN_NAMED_BITS = 8;

function parseCidr(cidr: string): { version: 4 | 6 | undefined; bits: number } {
    const [address = "", bits = "", ...more] = cidr.split("/");
    // An interface behind the address (fe80::1%eth0) is IPv6's own, too.
    const version = isIPv4(address) ? 4 : isIPv6(address) && !address.includes("%") ? 6 : undefined;
    return { version, bits: more.length === 0 && /^\d{1,3}$/.test(bits) ? Number(bits) : -1 };
}
