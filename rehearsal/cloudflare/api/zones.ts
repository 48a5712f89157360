import { ownedBy, Zone } from "../state";
import { listed, Route, zoneIn } from "./call";

export const zoneRoutes: readonly Route[] = [
    {
        method: "GET",
        path: "/zones",
        handle: (call) => {
            const name = call.query.get("name");
            const zones = ownedBy(call.world.zones, call.account.id);
            return listed(zones.filter((zone) => name === null || zone.name === name).map(wire), call);
        },
    },
    { method: "GET", path: "/zones/:zone", handle: (call) => ({ result: wire(zoneIn(call)) }) },
];

function wire({ id, name, account, createdAt }: Zone): Record<string, unknown> {
    return {
        id,
        name,
        status: "active",
        paused: false,
        type: "full",
        account: { id: account, name: account },
        name_servers: nameServersOf(name),
        created_on: createdAt,
        modified_on: createdAt,
    };
}

/** Names of the servers that answer for a zone; of a domain that nobody can have. */
export function nameServersOf(zone: string): string[] {
    return ["ada", "lee"].map((server) => `${server}.ns.${zone}`);
}
