import { about, act, checkUnlocked, viewAction } from "./actions";
import { ApiError, invalid } from "./apiError";
import { chosen, known, LOCATIONS } from "./catalogue";
import { Collection, routesOf, thisOf } from "./collection";
import { bool, id, oneOf, optional, parse, text } from "./fields";
import { labels, plainName } from "./names";
import {
    born,
    Call,
    checkUnique,
    checkUnprotected,
    created,
    find,
    NO_CONTENT,
    Route,
    Simulation,
} from "./simulation";
import { Action, PrimaryIp, Project, Server } from "./state";

export type IpType = PrimaryIp["type"];

const primaryIps: Collection<PrimaryIp> = {
    one: "primary_ip",
    what: "primary IP",
    all: (project) => project.primaryIps,
    view: ({ location, server, autoDelete, deleteProtection, ...rest }) => ({
        ...rest,
        location: known(LOCATIONS, location),
        assignee_id: server ?? null,
        assignee_type: "server",
        auto_delete: autoDelete,
        protection: { delete: deleteProtection },
        blocked: false,
        dns_ptr: [],
    }),
    update: (ip, { body }) => {
        ip.autoDelete = parse(body, { auto_delete: optional(bool) }).auto_delete ?? ip.autoDelete;
    },
};

export const primaryIpRoutes: readonly Route[] = [
    ...routesOf(primaryIps),
    {
        method: "POST",
        path: "/primary_ips",
        handle: (call) => {
            const input = parse(call.body, {
                name: plainName,
                type: oneOf("ipv4", "ipv6"),
                location: optional(text),
                assignee_type: optional(oneOf("server")),
                assignee_id: optional(id),
                auto_delete: optional(bool),
                labels: optional(labels),
            });
            const { assignee_id } = input;
            if ((input.location === undefined) === (assignee_id === undefined)) {
                throw invalid("location", "exactly one of location and assignee_id must be given");
            }
            checkUnique(call.project.primaryIps, input.name);
            const server =
                assignee_id === undefined ? undefined : find(call.project.servers, assignee_id, "server");
            const location = server?.location ?? chosen(LOCATIONS, input.location ?? "", "location").name;
            if (server !== undefined) {
                checkAssignable(call.project, server, input.type);
            }
            const ip = makeAddress(call, { ...input, location });
            ip.server = server?.id;
            const subjects = [about("primary_ip", ip)];
            const action = act(call, "create_primary_ip", subjects);
            return created({ primary_ip: primaryIps.view(ip, call.project), action: viewAction(action) });
        },
    },
    {
        method: "DELETE",
        path: "/primary_ips/:id",
        handle: (call) => {
            const ip = thisOf(primaryIps, call);
            checkUnprotected(ip.deleteProtection, "primary IP");
            checkStopped(call.project, ip.server);
            Reflect.deleteProperty(call.project.primaryIps, ip.id);
            return NO_CONTENT;
        },
    },
    {
        method: "POST",
        path: "/primary_ips/:id/actions/assign",
        handle: (call) => {
            const ip = thisOf(primaryIps, call);
            const input = parse(call.body, { assignee_id: id, assignee_type: optional(oneOf("server")) });
            const server = find(call.project.servers, input.assignee_id, "server");
            checkAssignable(call.project, server, ip.type);
            checkFree(ip, server.location, ip.type);
            ip.server = server.id;
            return answer(act(call, "assign_primary_ip", [about("primary_ip", ip), about("server", server)]));
        },
    },
    {
        method: "POST",
        path: "/primary_ips/:id/actions/unassign",
        handle: (call) => {
            const ip = thisOf(primaryIps, call);
            checkStopped(call.project, ip.server);
            ip.server = undefined;
            return answer(act(call, "unassign_primary_ip", [about("primary_ip", ip)]));
        },
    },
    {
        method: "POST",
        path: "/primary_ips/:id/actions/change_protection",
        handle: (call) => {
            const ip = thisOf(primaryIps, call);
            ip.deleteProtection = parse(call.body, { delete: bool }).delete;
            return answer(act(call, "change_protection", [about("primary_ip", ip)]));
        },
    },
];

interface NewAddress {
    readonly name: string;
    readonly type: IpType;
    readonly location: string;
    readonly auto_delete?: boolean;
    readonly labels?: Record<string, string>;
}

/** Makes an address that nobody has. */
export function makeAddress(
    call: Call,
    { name, type, location, auto_delete = false, labels: given }: NewAddress,
) {
    const ip: PrimaryIp = {
        ...born(call, name, given),
        type,
        ip: freeAddress(call.sim, type),
        location,
        autoDelete: auto_delete,
        deleteProtection: false,
    };
    call.project.primaryIps[ip.id] = ip;
    return ip;
}

/** The address of a server, of one type. */
export function addressOf({ primaryIps: all }: Project, server: number, type: IpType): PrimaryIp | undefined {
    return Object.values(all).find((ip) => ip.server === server && ip.type === type);
}

/** Refuses an address that a server can't have. */
export function checkFree(ip: PrimaryIp, location: string, type: IpType): void {
    if (ip.type !== type) {
        throw new ApiError("primary_ip_version_mismatch", `primary IP '${ip.id}' is no ${type} address`);
    }
    if (ip.server !== undefined) {
        throw new ApiError(
            "primary_ip_already_assigned",
            `primary IP '${ip.id}' is assigned to another server`,
        );
    }
    if (ip.location !== location) {
        throw new ApiError(
            "primary_ip_datacenter_mismatch",
            `primary IP '${ip.id}' is at ${ip.location}, the server at ${location}`,
        );
    }
}

function checkAssignable(project: Project, server: Server, type: IpType): void {
    checkStopped(project, server.id);
    if (addressOf(project, server.id, type) !== undefined) {
        const code = type === "ipv4" ? "server_has_ipv4" : "server_has_ipv6";
        throw new ApiError(code, `server with ID '${server.id}' already has an ${type} address`);
    }
}

/** An address comes and goes only while the server is off. */
function checkStopped(project: Project, id: number | undefined): void {
    const server = id === undefined ? undefined : project.servers[id];
    if (server !== undefined) {
        checkUnlocked(project, server);
        if (server.status !== "off") {
            throw new ApiError("server_not_stopped", "server must be stopped");
        }
    }
}

function freeAddress({ world, ipv4 }: Simulation, type: IpType): string {
    const used = new Set(
        Object.values(world.projects).flatMap((project) =>
            Object.values(project.primaryIps).map(({ ip }) => ip),
        ),
    );
    for (let number = 1; ; number += 1) {
        const address = type === "ipv4" ? ipv4(number) : `2001:db8:0:${number.toString(16)}::/64`;
        if (!used.has(address)) {
            return address;
        }
    }
}

function answer(action: Action) {
    return created({ action: viewAction(action) });
}
