import { hexId } from "../ids";
import { DnsRecord, recordsOf, WorldState } from "../state";
import { ApiError } from "./apiError";
import { Answer, Call, listed, Route, zoneIn } from "./call";
import { readRecord, RecordInput } from "./recordInput";

const RECORDS = "/zones/:zone/dns_records";
const RECORD = `${RECORDS}/:record`;

export const recordRoutes: readonly Route[] = [
    {
        method: "GET",
        path: RECORDS,
        handle: (call) => {
            const wanted = ["type", "name", "content"] as const;
            const found = recordsOf(call.world, zoneIn(call).id).filter((record) =>
                wanted.every((field) => !call.query.has(field) || call.query.get(field) === record[field]),
            );
            return listed(found.map(wire), call);
        },
    },
    { method: "GET", path: RECORD, handle: (call) => ({ result: wire(recordIn(call)) }) },
    { method: "POST", path: RECORDS, handle: (call) => keep(call, call.body) },
    { method: "PUT", path: RECORD, handle: (call) => keep(call, call.body, recordIn(call)) },
    {
        method: "PATCH",
        path: RECORD,
        handle: (call) => {
            const record = recordIn(call);
            return keep(call, { ...record, ...call.body }, record);
        },
    },
    {
        method: "DELETE",
        path: RECORD,
        handle: (call) => {
            const { id } = recordIn(call);
            Reflect.deleteProperty(call.world.records, id);
            return { result: { id } };
        },
    },
];

function recordIn(call: Call): DnsRecord {
    const zone = zoneIn(call);
    const record = call.world.records[call.param("record")];
    if (record?.zone !== zone.id) {
        throw new ApiError(404, 81044, "Record does not exist.");
    }
    return record;
}

/** Makes a record, or puts it in the place of `before`. */
function keep(call: Call, body: Call["body"], before?: DnsRecord): Answer {
    const zone = zoneIn(call);
    const input = readRecord(zone, body);
    refuseConflict(call.world, zone.id, input, before?.id);
    const now = new Date().toISOString();
    const record: DnsRecord = {
        ...input,
        id: before?.id ?? hexId(),
        zone: zone.id,
        createdAt: before?.createdAt ?? now,
        modifiedAt: now,
    };
    call.world.records[record.id] = record;
    return { result: wire(record) };
}

const ADDRESSES = ["A", "AAAA"];

/** A name has addresses or an alias, and nothing twice. */
function refuseConflict(
    world: WorldState,
    zone: string,
    { type, name, content }: RecordInput,
    but?: string,
): void {
    const others = recordsOf(world, zone).filter((record) => record.name === name && record.id !== but);
    if (others.some((other) => other.type === type && other.content === content)) {
        throw new ApiError(400, 81058, "An identical record already exists.");
    }
    if (ADDRESSES.includes(type) && others.some((other) => other.type === "CNAME")) {
        throw new ApiError(400, 81054, "A CNAME record with that host already exists.");
    }
    if (type === "CNAME" && others.some((other) => [...ADDRESSES, "CNAME"].includes(other.type))) {
        throw new ApiError(400, 81053, "An A, AAAA, or CNAME record with that host already exists.");
    }
}

function wire(record: DnsRecord): Record<string, unknown> {
    const { id, type, name, content, data, proxied, ttl, comment, createdAt, modifiedAt } = record;
    return {
        id,
        type,
        name,
        content,
        ...(data && { data }),
        proxied,
        proxiable: [...ADDRESSES, "CNAME"].includes(type),
        ttl,
        comment,
        settings: {},
        meta: {},
        tags: [],
        created_on: createdAt,
        modified_on: modifiedAt,
    };
}
