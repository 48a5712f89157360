import { Problem } from "../../lib/problems";

/** A DNS zone at Cloudflare. */
export interface Zone {
    /** Its domain: `example.org`. */
    name: string;
    /** Its id at Cloudflare: 32 hexadecimal digits, shown on the zone's overview. */
    id: string;
}

/** Checks the form of an account's id. */
export function checkAccountId(path: string, id: string): Problem[] {
    return /^[0-9a-f]{32}$/.test(id)
        ? []
        : [{ path, message: `"${id}" is no account's id: 32 hexadecimal digits` }];
}

/** The zone that a host's records stand in: the longest one that it lies in. */
export function zoneOf(host: string, zones: readonly Zone[]): Zone | undefined {
    return [...zones]
        .sort((a, b) => b.name.length - a.name.length)
        .find(({ name }) => host === name || host.endsWith(`.${name}`));
}

/** Hosts without a zone, by the zone that they most likely belong to: that of their last two labels. */
function withoutZone(hosts: readonly string[], zones: readonly Zone[]): Map<string, string[]> {
    const lost = new Map<string, string[]>();
    for (const host of hosts.filter((each) => zoneOf(each, zones) === undefined)) {
        const likely = host.split(".").slice(-2).join(".");
        lost.set(likely, [...(lost.get(likely) ?? []), host]);
    }
    return lost;
}

/** Checks that each host lies in one of the zones. `fix` says how a zone is added. */
export function checkZones(
    path: string,
    hosts: readonly string[],
    zones: readonly Zone[],
    fix?: (zone: string) => string,
): Problem[] {
    const known =
        zones.length === 0 ? "no zone is set" : `the zones are ${zones.map(({ name }) => name).join(", ")}`;
    return [...withoutZone(hosts, zones)].map(([zone, lost]) => ({
        path,
        message: `no zone is a parent of ${lost.join(", ")}: ${known}`,
        fix: fix?.(zone),
    }));
}
