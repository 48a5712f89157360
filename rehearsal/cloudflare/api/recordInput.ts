import { BlockList, isIPv4, isIPv6 } from "node:net";
import { CaaData, DnsRecord, RECORD_TYPES, RecordType, Zone } from "../state";
import { invalidRecord } from "./apiError";

/** What a caller says of a record; all else of it is the API's. */
export type RecordInput = Omit<DnsRecord, "id" | "zone" | "createdAt" | "modifiedAt">;

const LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?";
const HOST = new RegExp(`^(\\*\\.)?${LABEL}(\\.${LABEL})*$`);
const TTL = { automatic: 1, min: 60, max: 86_400 };
const PROXIABLE: readonly RecordType[] = ["A", "AAAA", "CNAME"];

/** Addresses that no edge can reach. */
const UNREACHABLE = new BlockList();
for (const [network, prefix] of [
    ["0.0.0.0", 8],
    ["10.0.0.0", 8],
    ["127.0.0.0", 8],
    ["169.254.0.0", 16],
    ["172.16.0.0", 12],
    ["192.168.0.0", 16],
] as const) {
    UNREACHABLE.addSubnet(network, prefix);
}

/** Reads a record out of a request; throws what the API refuses. */
export function readRecord(zone: Zone, body: Readonly<Record<string, unknown>>): RecordInput {
    const type = readType(body.type);
    const name = readName(zone, body.name);
    const data = type === "CAA" ? readCaa(body.data) : undefined;
    const content = data ? `${data.flags} ${data.tag} "${data.value}"` : readContent(type, body.content);
    const proxied = body.proxied === true;
    if (proxied && !PROXIABLE.includes(type)) {
        throw invalidRecord(9004, "This record type cannot be proxied.");
    }
    if (proxied && type === "A" && UNREACHABLE.check(content)) {
        throw invalidRecord(9003, `Target ${content} is not allowed for a proxied record.`);
    }
    const ttl = readTtl(body.ttl);
    return {
        type,
        name,
        content,
        ...(data && { data }),
        proxied,
        // The edge decides for a proxied record.
        ttl: proxied ? TTL.automatic : ttl,
        comment: typeof body.comment === "string" && body.comment !== "" ? body.comment : null,
    };
}

function readType(given: unknown): RecordType {
    const type = RECORD_TYPES.find((each) => typeof given === "string" && each === given.toUpperCase());
    if (type === undefined) {
        throw invalidRecord(1004, `DNS Validation Error: type must be one of ${RECORD_TYPES.join(", ")}`);
    }
    return type;
}

/** The whole name. One outside the zone is refused, where the real API puts the zone's name behind it: a mistake is seen. */
function readName({ name: zone }: Zone, given: unknown): string {
    const whole = typeof given === "string" ? given.toLowerCase() : "";
    const name = whole === "@" ? zone : whole;
    const inside = name === zone || name.endsWith(`.${zone}`);
    if (!inside || !HOST.test(name) || name.length > 253) {
        throw invalidRecord(9000, `DNS name is invalid: it has to lie in the zone ${zone}.`);
    }
    return name;
}

function readContent(type: RecordType, given: unknown): string {
    const content = typeof given === "string" ? given : "";
    switch (type) {
        case "A":
            if (!isIPv4(content)) {
                throw invalidRecord(9005, "Content for A record must be a valid IPv4 address.");
            }
            return content;
        case "AAAA":
            if (!isIPv6(content)) {
                throw invalidRecord(9006, "Content for AAAA record must be a valid IPv6 address.");
            }
            return content.toLowerCase();
        case "CNAME":
            if (!HOST.test(content.toLowerCase()) || isIPv4(content) || !content.includes(".")) {
                throw invalidRecord(9007, "Content for CNAME record is invalid.");
            }
            return content.toLowerCase();
        default:
            if (content === "") {
                throw invalidRecord(1004, `DNS Validation Error: content for ${type} record is missing`);
            }
            return content;
    }
}

function readCaa(given: unknown): CaaData {
    const { flags, tag, value } = (given ?? {}) as Readonly<Record<string, unknown>>;
    const flagged = typeof flags === "number" && Number.isInteger(flags) && flags >= 0 && flags <= 255;
    const tagged = typeof tag === "string" && ["issue", "issuewild", "iodef"].includes(tag);
    if (!flagged || !tagged || typeof value !== "string") {
        throw invalidRecord(1004, "DNS Validation Error: data of a CAA record needs flags, tag and value");
    }
    return { flags, tag, value };
}

function readTtl(given: unknown): number {
    const ttl = given ?? TTL.automatic;
    const allowed = typeof ttl === "number" && (ttl === TTL.automatic || (ttl >= TTL.min && ttl <= TTL.max));
    if (!allowed) {
        throw invalidRecord(9021, "Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic.");
    }
    return ttl;
}
