import { randomBytes } from "node:crypto";
import { about, act, checkUnlocked, viewAction } from "./actions";
import { ApiError, invalid } from "./apiError";
import { chosen, IMAGES, LOCATIONS, SERVER_TYPES, standsAt } from "./catalogue";
import { routesOf, thisOf } from "./collection";
import { bool, Field, id, idOrName, list, object, optional, parse, text, wrong } from "./fields";
import { rulesOf } from "./firewalls";
import { hostName, labels } from "./names";
import { membersOf } from "./placementGroups";
import { addressOf, checkFree, IpType, makeAddress } from "./primaryIps";
import { servers } from "./serverView";
import { born, Call, checkUnique, checkUnprotected, created, find, ok, Route } from "./simulation";
import { PrimaryIp, Server } from "./state";

/** Bytes. Source: Hetzner Cloud's API documentation. */
const MAX_USER_DATA = 32 * 1024;

/** Servers of a spread placement group. Source: Hetzner Cloud's documentation of placement groups. */
const MAX_SPREAD = 10;

const userData: Field<string> = (value) => {
    const given = text(value);
    if (Buffer.byteLength(given) > MAX_USER_DATA) {
        throw wrong(`must have at most ${MAX_USER_DATA} bytes`);
    }
    return given;
};

const newServer = {
    name: hostName,
    server_type: idOrName,
    image: idOrName,
    location: optional(idOrName),
    ssh_keys: optional(list(id)),
    user_data: optional(userData),
    firewalls: optional(list(object({ firewall: id }))),
    public_net: optional(
        object({
            enable_ipv4: optional(bool),
            enable_ipv6: optional(bool),
            ipv4: optional(id),
            ipv6: optional(id),
        }),
    ),
    placement_group: optional(id),
    start_after_create: optional(bool),
    labels: optional(labels),
};
type NewServer = ReturnType<typeof parse<typeof newServer>>;

/** What the simulation doesn't have: said, rather than left out in silence. */
const MISSING = ["volumes", "networks", "automount", "datacenter"];

export const serverRoutes: readonly Route[] = [
    ...routesOf(servers),
    {
        method: "POST",
        path: "/servers",
        handle: (call) => {
            for (const name of MISSING.filter(
                (each) => (call.body as Record<string, unknown>)[each] !== undefined,
            )) {
                throw new ApiError(
                    "unsupported_error",
                    `the simulation takes no ${name} in the creation of a server`,
                );
            }
            return create(call, parse(call.body, newServer));
        },
    },
    {
        method: "DELETE",
        path: "/servers/:id",
        handle: (call) => {
            const server = thisOf(servers, call);
            checkUnlocked(call.project, server);
            checkUnprotected(server.protection.delete, "server");
            const remove = () => {
                forget(call, server);
            };
            const action = act(
                call,
                "delete_server",
                [about("server", server)],
                () => call.sim.host.delete(server.id),
                remove,
            );
            return ok({ action: viewAction(action) });
        },
    },
];

function create(call: Call, input: NewServer) {
    const { project, sim } = call;
    const { type, image, location } = placeOf(call, input);
    checkUnique(project.servers, input.name);
    const keys = (input.ssh_keys ?? []).map((key) => find(project.sshKeys, key, "SSH key"));
    const firewalls = (input.firewalls ?? []).map(({ firewall }) =>
        find(project.firewalls, firewall, "firewall"),
    );
    checkGroup(call, input.placement_group);
    const given = {
        ipv4: givenAddress(call, input, location, "ipv4"),
        ipv6: givenAddress(call, input, location, "ipv6"),
    };

    const server: Server = {
        ...born(call, input.name, input.labels),
        status: "initializing",
        type: type.name,
        image: String(image.id),
        location,
        diskGb: type.disk,
        protection: { delete: false, rebuild: false },
        placementGroup: input.placement_group,
        privateNets: [],
    };
    project.servers[server.id] = server;
    assign(call, input, server, given);
    firewalls.forEach((firewall) => firewall.servers.push(server.id));
    const hosted = {
        id: server.id,
        name: server.name,
        image: image.name,
        userData: input.user_data ?? "",
        publicKeys: keys.map(({ publicKey }) => publicKey),
        ipv4: addressOf(project, server.id, "ipv4")?.ip,
        ipv6: addressOf(project, server.id, "ipv6")?.ip,
    };
    const starts = input.start_after_create ?? true;
    const boot = async () => {
        await sim.host.create(hosted);
        await sim.host.setFirewall(server.id, rulesOf(project, server.id));
        if (!starts) {
            await sim.host.power(server.id, "off");
        }
    };
    const action = act(call, "create_server", [about("server", server)], boot, () => {
        server.status = starts ? "running" : "off";
    });
    return created({
        server: servers.view(server, project),
        action: viewAction(action),
        next_actions: [],
        // With a key there is no password.
        root_password: keys.length > 0 ? null : randomBytes(12).toString("base64url"),
    });
}

/** What is asked for, and whether it is to be had there. */
function placeOf({ sim }: Call, input: NewServer) {
    const type = chosen(SERVER_TYPES, input.server_type, "server_type");
    const location = chosen(LOCATIONS, input.location ?? "fsn1", "location");
    const fitting = IMAGES.filter(({ architecture }) => architecture === type.architecture);
    const image = chosen(fitting, input.image, "image");
    if (!standsAt(type, location)) {
        throw invalid("location", `${location.name} has no ${type.name}`);
    }
    if (sim.soldOut(type.name, location.name)) {
        throw new ApiError(
            "resource_unavailable",
            `no ${type.name} is available at ${location.name} for now`,
        );
    }
    return { type, image, location: location.name };
}

function checkGroup({ project }: Call, wanted: number | undefined): void {
    const group = wanted === undefined ? undefined : find(project.placementGroups, wanted, "placement group");
    if (group !== undefined && membersOf(project, group).length >= MAX_SPREAD) {
        throw new ApiError(
            "placement_error",
            `a spread placement group holds ${MAX_SPREAD} servers at the most`,
        );
    }
}

/** An address that was made before, if the server is to have one. */
function givenAddress(
    { project }: Call,
    { public_net }: NewServer,
    location: string,
    type: IpType,
): PrimaryIp | undefined {
    const wanted = public_net?.[type];
    if (wanted === undefined) {
        return undefined;
    }
    if (public_net?.[`enable_${type}`] === false) {
        throw invalid(`public_net.${type}`, `is given, and ${type} is not enabled`);
    }
    const ip = find(project.primaryIps, wanted, "primary IP");
    checkFree(ip, location, type);
    return ip;
}

/** Gives a new server its addresses: those it was made with, others go with it. */
function assign(
    call: Call,
    { public_net }: NewServer,
    { id: server, location }: Server,
    given: Readonly<Record<IpType, PrimaryIp | undefined>>,
): void {
    for (const type of ["ipv4", "ipv6"] as const) {
        if (public_net?.[`enable_${type}`] ?? true) {
            const name = `primary_ip-${server}-${type}`;
            const ip = given[type] ?? makeAddress(call, { name, type, location, auto_delete: true });
            ip.server = server;
        }
    }
}

/** What was the server's is nobody's; addresses that were made for it go with it. */
function forget({ project }: Call, { id: server }: Server): void {
    Reflect.deleteProperty(project.servers, server);
    for (const volume of Object.values(project.volumes).filter((each) => each.server === server)) {
        volume.server = undefined;
    }
    for (const firewall of Object.values(project.firewalls)) {
        firewall.servers = firewall.servers.filter((each) => each !== server);
    }
    for (const ip of Object.values(project.primaryIps).filter((each) => each.server === server)) {
        ip.server = undefined;
        if (ip.autoDelete) {
            Reflect.deleteProperty(project.primaryIps, ip.id);
        }
    }
}
