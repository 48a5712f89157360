import { BlockList } from "node:net";
import fc from "fast-check";
import type { Rule } from "../../rehearsal/hetzner";
import { renderRuleset } from "../../rehearsal/hetzner/machines/ruleset";
import { anyAddress, anyRules } from "../support/hetznerRules";

const WEB: Rule = {
    direction: "in",
    protocol: "tcp",
    port: "80-85",
    source_ips: ["0.0.0.0/0", "::/0"],
    destination_ips: [],
    description: 'web"; } flush ruleset',
};
const PING: Rule = { ...WEB, protocol: "icmp", port: null, source_ips: ["2001:db8::/32"] };
const NAMES: Rule = {
    ...WEB,
    direction: "out",
    protocol: "udp",
    port: "any",
    source_ips: [],
    destination_ips: ["192.0.2.53/32"],
};

describe("a firewall for nft", () => {
    it("is taken away by an empty table", () => {
        expect(renderRuleset(undefined)).toBe("table inet cloud\ndelete table inet cloud\n");
    });

    it("without a rule lets in nothing, and lets everything go out", () => {
        expect(renderRuleset([])).toBe(`\
table inet cloud
delete table inet cloud

table inet cloud {
    chain in {
        type filter hook prerouting priority -190; policy accept;
        iifname != "eth0" accept
        ct state established,related accept
        counter drop
    }
}
`);
    });

    it("has a set for each rule and version, and nothing of a description", () => {
        expect(renderRuleset([WEB, PING, NAMES])).toBe(`\
table inet cloud
delete table inet cloud

table inet cloud {
    set rule_0_ipv4 {
        type ipv4_addr
        flags interval
        auto-merge
        elements = { 0.0.0.0/0 }
    }

    set rule_0_ipv6 {
        type ipv6_addr
        flags interval
        auto-merge
        elements = { ::/0 }
    }

    set rule_1_ipv6 {
        type ipv6_addr
        flags interval
        auto-merge
        elements = { 2001:db8::/32 }
    }

    set rule_2_ipv4 {
        type ipv4_addr
        flags interval
        auto-merge
        elements = { 192.0.2.53/32 }
    }

    chain in {
        type filter hook prerouting priority -190; policy accept;
        iifname != "eth0" accept
        ct state established,related accept
        ip saddr @rule_0_ipv4 tcp dport 80-85 accept
        ip6 saddr @rule_0_ipv6 tcp dport 80-85 accept
        ip6 saddr @rule_1_ipv6 meta l4proto 58 accept
        counter drop
    }

    chain out {
        type filter hook postrouting priority -190; policy accept;
        oifname != "eth0" accept
        ct state established,related accept
        ip daddr @rule_2_ipv4 meta l4proto udp accept
        counter drop
    }
}
`);
    });

    it("lets a new connection pass exactly when a rule names it", () => {
        const port = fc.oneof(fc.constantFrom(79, 80, 85, 86, 65_535), fc.integer({ min: 1, max: 65_535 }));
        const packet = fc.record({
            direction: fc.constantFrom("in" as const, "out" as const),
            protocol: fc.constantFrom("tcp" as const, "udp" as const, "icmp" as const, "esp" as const),
            port,
            address: anyAddress,
        });
        fc.assert(
            fc.property(anyRules, packet, (rules, each) => {
                expect(passes(renderRuleset(rules), each)).toBe(isAllowed(rules, each));
            }),
            { numRuns: 500 },
        );
    });
});

/** The first of a new connection, on the public interface. */
interface Packet {
    readonly direction: "in" | "out";
    readonly protocol: Rule["protocol"];
    readonly port: number;
    readonly address: string;
}

/** What the cloud's documentation says of it. */
function isAllowed(rules: readonly Rule[], packet: Packet): boolean {
    const own = rules.filter(({ direction }) => direction === packet.direction);
    if (packet.direction === "out" && own.length === 0) {
        return true;
    }
    return own.some((rule) => {
        const ranges = rule.direction === "in" ? rule.source_ips : rule.destination_ips;
        const [from = 1, to = from] =
            rule.port === null || rule.port === "any" ? [1, 65_535] : rule.port.split("-").map(Number);
        return (
            rule.protocol === packet.protocol &&
            (rule.port === null || (packet.port >= from && packet.port <= to)) &&
            isIn(ranges, packet.address)
        );
    });
}

const HEAD = [
    /^type filter hook (prerouting|postrouting) priority -190; policy accept;$/,
    /^[io]ifname != "eth0" accept$/,
    /^ct state established,related accept$/,
];
const NUMBERS: Record<string, readonly string[]> = {
    tcp: ["tcp"],
    udp: ["udp"],
    icmp: ["1", "58"],
    esp: ["50"],
    gre: ["47"],
};

/** What nft makes of it: no more of its language than the rules are written in. */
function passes(script: string, { direction, protocol, port, address }: Packet): boolean {
    const sets = new Map(
        [...script.matchAll(/set (\w+) \{[^{]*\{ ([^}]*) \}/g)].map(([, name, all]) => [
            name,
            all?.split(", "),
        ]),
    );
    const body = new RegExp(`chain ${direction} \\{([^}]*)\\}`).exec(script)?.[1];
    if (body === undefined) {
        return true;
    }
    const lines = body
        .trim()
        .split("\n")
        .map((line) => line.trim());
    HEAD.forEach((expected, index) => expect(lines[index]).toMatch(expected));
    for (const line of lines.slice(HEAD.length, -1)) {
        const [, version, side, set, what = ""] = /^(ip6?) ([sd]addr) @(\w+) (.*) accept$/.exec(line) ?? [];
        expect(side).toBe(direction === "in" ? "saddr" : "daddr");
        const isSix = address.includes(":");
        if (isSix === (version === "ip6") && isIn(sets.get(set) ?? [], address) && isMet(what, isSix)) {
            return true;
        }
    }
    expect(lines.at(-1)).toBe("counter drop");
    return false;

    function isMet(condition: string, isSix: boolean): boolean {
        const [, number] = /^meta l4proto (\w+)$/.exec(condition) ?? [];
        if (number !== undefined) {
            const numbers = NUMBERS[protocol] ?? [];
            return number === (isSix ? numbers.at(-1) : numbers[0]);
        }
        const [, of, from, to = from] = /^(tcp|udp) dport (\d+)(?:-(\d+))?$/.exec(condition) ?? [];
        expect(of).toBeDefined();
        return of === protocol && port >= Number(from) && port <= Number(to);
    }
}

function isIn(ranges: readonly string[], address: string): boolean {
    const family = address.includes(":") ? "ipv6" : "ipv4";
    return ranges
        .filter((range) => range.includes(":") === (family === "ipv6"))
        .some((range) => {
            const [first = "", bits] = range.split("/");
            const list = new BlockList();
            list.addSubnet(first, Number(bits), family);
            return list.check(address, family);
        });
}
