import type { Answer, Packet, Question } from "dns-packet";
import { nameServersOf } from "../api/zones";
import { DnsRecord, recordsOf, WorldState, Zone } from "../state";

/** Addresses that proxied records are answered with: where the edge takes requests. */
export interface EdgeAddresses {
    readonly ipv4: string;
    /** @default none: questions for AAAA find nothing */
    readonly ipv6?: string;
}

/** RFC 1035's codes, which the library has in a packet's flags. */
export const RCODE = { ok: 0, formatError: 1, serverFailure: 2, nameError: 3, notImplemented: 4, refused: 5 };
const AUTHORITATIVE = 1 << 10;

/** Cloudflare's seconds for a record whose TTL is automatic. */
const AUTOMATIC_SECONDS = 300;
const AUTOMATIC_TTL = 1;
/** For how long it may be remembered that there is nothing. */
const NEGATIVE_SECONDS = 60;
/** Cloudflare puts its tunnels below this name. */
const TUNNELS = ".cfargotunnel.com";

/** What is put together of an answer before it goes over the wire. */
export type Reply = Pick<Packet, "flags" | "answers" | "authorities">;

/** Answers one question out of the world's zones. It asks nobody else: of names outside it says that it won't tell. */
export function answerTo(world: WorldState, edge: EdgeAddresses, question: Question): Reply {
    const name = question.name.toLowerCase().replace(/\.$/, "");
    const zone = zoneOf(world, name);
    if (zone === undefined) {
        return { flags: RCODE.refused };
    }
    const records = recordsOf(world, zone.id);
    const here = recordsAt(records, name);
    const answers = [
        ...ownAnswers(zone, name, question),
        ...resolve({ records, edge, question }, question.name, here, []),
    ];
    if (answers.length > 0) {
        return { flags: AUTHORITATIVE, answers };
    }
    const exists = name === zone.name || here.length > 0 || records.some((each) => isBelow(each.name, name));
    return {
        flags: AUTHORITATIVE | (exists ? RCODE.ok : RCODE.nameError),
        authorities: [{ ...startOfAuthority(zone), ttl: NEGATIVE_SECONDS }],
    };
}

/** The zone that a name lies in: the longest, where one lies in another. */
export function zoneOf({ zones }: WorldState, name: string): Zone | undefined {
    return Object.values(zones)
        .filter((zone) => name === zone.name || isBelow(name, zone.name))
        .sort((a, b) => b.name.length - a.name.length)
        .at(0);
}

function isBelow(name: string, parent: string): boolean {
    return name.endsWith(`.${parent}`);
}

/** Records of a name: its own, or else those of the closest wildcard; a name that exists hides it (RFC 4592). */
export function recordsAt(records: readonly DnsRecord[], name: string): DnsRecord[] {
    const own = records.filter((record) => record.name === name);
    if (own.length > 0 || records.some((record) => isBelow(record.name, name))) {
        return own;
    }
    for (let parent = above(name); parent !== ""; parent = above(parent)) {
        const wild = records.filter((record) => record.name === `*.${parent}`);
        const encloses = records.some((each) => each.name === parent || isBelow(each.name, parent));
        if (wild.length > 0 || encloses) {
            return wild;
        }
    }
    return [];
}

function above(name: string): string {
    return name.split(".").slice(1).join(".");
}

interface Search {
    readonly records: readonly DnsRecord[];
    readonly edge: EdgeAddresses;
    readonly question: Question;
}

/** Answers of a name's records; of an alias, the alias and what it leads to within the zone. */
function resolve(
    search: Search,
    owner: string,
    here: readonly DnsRecord[],
    seen: readonly string[],
): Answer[] {
    const { records, edge, question } = search;
    const atEdge = here.find(isAtEdge);
    if (atEdge !== undefined && (question.type === "A" || question.type === "AAAA")) {
        return edgeAnswers(edge, owner, question.type);
    }
    const exact = here.filter((record) => record.type === question.type && !isAtEdge(record));
    const alias = here.find((record) => record.type === "CNAME" && !isAtEdge(record));
    if (exact.length > 0 || alias === undefined) {
        return exact.map((record) => toAnswer(owner, record));
    }
    const target = alias.content;
    const further = seen.includes(target)
        ? []
        : resolve(search, target, recordsAt(records, target), [...seen, target]);
    return [toAnswer(owner, alias), ...further];
}

/** Nobody sees what stands behind the edge. A tunnel has no other way in. */
function isAtEdge({ type, content, proxied }: DnsRecord): boolean {
    return proxied || (type === "CNAME" && content.endsWith(TUNNELS));
}

function edgeAnswers({ ipv4, ipv6 }: EdgeAddresses, name: string, type: "A" | "AAAA"): Answer[] {
    const data = type === "A" ? ipv4 : ipv6;
    return data === undefined ? [] : [{ type, name, ttl: AUTOMATIC_SECONDS, data }];
}

function toAnswer(name: string, { type, content, data, ttl: given }: DnsRecord): Answer {
    const ttl = given === AUTOMATIC_TTL ? AUTOMATIC_SECONDS : given;
    if (type === "CAA") {
        const { flags = 0, tag = "issue", value = "" } = data ?? {};
        // The library knows RFC 8659's three words, as the API does.
        return { type, name, ttl, data: { flags, tag: tag as "issue" | "issuewild" | "iodef", value } };
    }
    return type === "TXT"
        ? { type, name, ttl, data: charactersOf(content) }
        : { type, name, ttl, data: content };
}

const MAX_STRING = 255;

/** A text in the strings that it travels in: as quoted in the record, or as long as strings can be. */
function charactersOf(content: string): string[] {
    const quoted = [...content.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) => text);
    const texts = quoted.length > 0 ? quoted.map((text) => text.replace(/\\(.)/g, "$1")) : [content];
    return texts.flatMap((text) => text.match(new RegExp(`[^]{1,${MAX_STRING}}`, "g")) ?? [""]);
}

/** What a zone has by itself. */
function ownAnswers(zone: Zone, name: string, { type }: Question): Answer[] {
    if (name !== zone.name) {
        return [];
    }
    switch (type) {
        case "SOA":
            return [startOfAuthority(zone)];
        case "NS":
            return nameServersOf(zone.name).map((data) => ({ type, name, ttl: 86_400, data }));
        default:
            return [];
    }
}

function startOfAuthority({ name }: Zone): Extract<Answer, { type: "SOA" }> {
    const [mname = ""] = nameServersOf(name);
    const times = { refresh: 10_000, retry: 2400, expire: 604_800, minimum: NEGATIVE_SECONDS };
    return { type: "SOA", name, ttl: 1800, data: { mname, rname: `dns.${name}`, serial: 1, ...times } };
}
