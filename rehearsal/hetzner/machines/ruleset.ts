import { PUBLIC_INTERFACE } from "../../machine";
import { Rule } from "../serverHost";

/** Numbers of protocols over IPv4 and over IPv6. Source: IANA's list of protocol numbers. */
const NUMBERS = { icmp: ["1", "58"], esp: ["50", "50"], gre: ["47", "47"] } as const;

/** Ours: neither Docker's nor the server's own. */
const TABLE = "inet cloud";

/**
 * A firewall as one script for nft, which replaces the one before in one transaction: what is open stays, what is new
 * meets the new rules. The chains stand before the address translation of the server's own engine: a port that it
 * publishes is a port of the server, as for a firewall in front of it. They stand behind connection tracking, which
 * knows the answers to what was let through.
 *
 * Undefined: no firewall. Where no rule is for what goes out, everything goes out.
 * Source: Hetzner Cloud's documentation of firewalls.
 */
export function renderRuleset(rules: readonly Rule[] | undefined): string {
    // Declared first, so that there is something to delete.
    const replaced = `table ${TABLE}\ndelete table ${TABLE}\n`;
    if (rules === undefined) {
        return replaced;
    }
    const numbered = rules.map((rule, index) => ({ rule, index }));
    const [into, out] = (["in", "out"] as const).map((direction) =>
        numbered.filter(({ rule }) => rule.direction === direction),
    );
    const chains = [
        chain("in", "prerouting", "iifname", into ?? []),
        ...(out === undefined || out.length === 0 ? [] : [chain("out", "postrouting", "oifname", out)]),
    ];
    const sets = numbered.flatMap(({ rule, index }) => setsOf(rule, index));
    return `${replaced}\ntable ${TABLE} {\n${[...sets, ...chains].join("\n")}}\n`;
}

interface Numbered {
    readonly rule: Rule;
    readonly index: number;
}

/** Connection tracking runs at -200, translation from -100 on. */
function chain(name: string, hook: string, interfaceName: string, rules: readonly Numbered[]): string {
    return `\
    chain ${name} {
        type filter hook ${hook} priority -190; policy accept;
        ${interfaceName} != "${PUBLIC_INTERFACE}" accept
        ct state established,related accept
${rules.flatMap(accepts).join("")}\
        counter drop
    }
`;
}

/** Addresses of one rule that are of one version. */
interface Side {
    readonly version: 4 | 6;
    readonly ranges: readonly string[];
}

function sidesOf({ direction, source_ips, destination_ips }: Rule): Side[] {
    const all = direction === "in" ? source_ips : destination_ips;
    const [four, six] = [false, true].map((isSix) => all.filter((range) => range.includes(":") === isSix));
    return [{ version: 4, ranges: four ?? [] } as const, { version: 6, ranges: six ?? [] } as const].filter(
        ({ ranges }) => ranges.length > 0,
    );
}

/** A set for each version: ranges may hold one another, which nft merges in a named set only. */
function setsOf(rule: Rule, index: number): string[] {
    return sidesOf(rule).map(
        ({ version, ranges }) => `\
    set ${setName(index, version)} {
        type ipv${version}_addr
        flags interval
        auto-merge
        elements = { ${ranges.join(", ")} }
    }
`,
    );
}

function accepts({ rule, index }: Numbered): string[] {
    const side = rule.direction === "in" ? "saddr" : "daddr";
    return sidesOf(rule).map(({ version }) => {
        const protocol = version === 4 ? "ip" : "ip6";
        return `        ${protocol} ${side} @${setName(index, version)} ${what(rule, version)} accept\n`;
    });
}

/** Nothing of a rule's description: it may hold anything. */
function what({ protocol, port }: Rule, version: 4 | 6): string {
    if (protocol === "tcp" || protocol === "udp") {
        return port === null || port === "any" ? `meta l4proto ${protocol}` : `${protocol} dport ${port}`;
    }
    return `meta l4proto ${NUMBERS[protocol][version === 4 ? 0 : 1]}`;
}

function setName(index: number, version: 4 | 6): string {
    return `rule_${index}_ipv${version}`;
}
