import { about, act, viewAction } from "./actions";
import { ApiError, invalid } from "./apiError";
import { LOCATIONS } from "./catalogue";
import { Collection, routesOf, thisOf } from "./collection";
import { bool, Field, list, object, oneOf, optional, parse, text, wrong } from "./fields";
import { labels, plainName } from "./names";
import { addressAt, contains, isIn, overlap, privateRange, rangeOf } from "./ranges";
import { born, Call, checkUnique, checkUnprotected, created, NO_CONTENT, Route } from "./simulation";
import { Action, Network, Project, Server, Subnet } from "./state";

/** Fixed bits of the smallest network and the smallest subnet. Source: Hetzner Cloud's API documentation. */
const MAX_NETWORK_BITS = 24;
const MAX_SUBNET_BITS = 30;

const networks: Collection<Network> = {
    one: "network",
    what: "network",
    all: (project) => project.networks,
    view: (network, project) => {
        const { ipRange, subnets, deleteProtection, ...rest } = network;
        return {
            ...rest,
            ip_range: ipRange,
            subnets: subnets.map((subnet) => ({
                type: subnet.type,
                ip_range: subnet.ipRange,
                network_zone: subnet.networkZone,
                gateway: gatewayOf(network),
                vswitch_id: null,
            })),
            routes: [],
            servers: membersOf(project, network).map(({ id }) => id),
            load_balancers: [],
            protection: { delete: deleteProtection },
            expose_routes_to_vswitch: false,
        };
    },
};

const zone: Field<string> = (value) => {
    const given = text(value);
    if (!LOCATIONS.some(({ network_zone }) => network_zone === given)) {
        throw wrong(`"${given}" is no network zone`);
    }
    return given;
};

const subnetFields = {
    // No vSwitch: there is nothing that it could lead to.
    type: oneOf("cloud", "server"),
    ip_range: privateRange(MAX_SUBNET_BITS),
    network_zone: zone,
};

export const networkRoutes: readonly Route[] = [
    ...routesOf(networks),
    {
        method: "POST",
        path: "/networks",
        handle: (call) => {
            const input = parse(call.body, {
                name: plainName,
                ip_range: privateRange(MAX_NETWORK_BITS),
                subnets: optional(list(object(subnetFields))),
                labels: optional(labels),
            });
            checkUnique(call.project.networks, input.name);
            const subnets: Subnet[] = [];
            for (const subnet of input.subnets ?? []) {
                addSubnet({ ipRange: input.ip_range, subnets }, subnet);
            }
            const network: Network = {
                ...born(call, input.name, input.labels),
                ipRange: input.ip_range,
                subnets,
                deleteProtection: false,
            };
            call.project.networks[network.id] = network;
            return created({ network: networks.view(network, call.project) });
        },
    },
    {
        method: "DELETE",
        path: "/networks/:id",
        handle: (call) => {
            const network = thisOf(networks, call);
            checkUnprotected(network.deleteProtection, "network");
            // Its servers leave it by themselves.
            for (const server of membersOf(call.project, network)) {
                server.privateNets = server.privateNets.filter((net) => net.network !== network.id);
            }
            Reflect.deleteProperty(call.project.networks, network.id);
            return NO_CONTENT;
        },
    },
    {
        method: "POST",
        path: "/networks/:id/actions/add_subnet",
        handle: (call) => {
            const network = thisOf(networks, call);
            addSubnet(network, parse(call.body, subnetFields));
            return answer(call, network, "add_subnet");
        },
    },
    {
        method: "POST",
        path: "/networks/:id/actions/delete_subnet",
        handle: (call) => {
            const network = thisOf(networks, call);
            const { ip_range } = parse(call.body, { ip_range: text });
            if (!network.subnets.some(({ ipRange }) => ipRange === ip_range)) {
                throw new ApiError("not_found", `subnet '${ip_range}' not found`);
            }
            if (addressesIn(call.project, network).some((ip) => isIn(rangeOf(ip_range), ip))) {
                // Word for word: the real provider knows it by this, and waits.
                throw new ApiError(
                    "service_error",
                    "cannot remove subnet because servers are attached to it",
                );
            }
            network.subnets = network.subnets.filter(({ ipRange }) => ipRange !== ip_range);
            return answer(call, network, "delete_subnet");
        },
    },
    {
        method: "POST",
        path: "/networks/:id/actions/change_protection",
        handle: (call) => {
            const network = thisOf(networks, call);
            network.deleteProtection = parse(call.body, { delete: bool }).delete;
            return answer(call, network, "change_protection");
        },
    },
];

interface NewSubnet {
    readonly type: "cloud" | "server";
    readonly ip_range: string;
    readonly network_zone: string;
}

function addSubnet(
    network: Pick<Network, "ipRange" | "subnets">,
    { type, ip_range, network_zone }: NewSubnet,
): void {
    const range = rangeOf(ip_range);
    if (!contains(rangeOf(network.ipRange), range)) {
        throw invalid("ip_range", `${ip_range} is not in the network's ${network.ipRange}`);
    }
    const taken = network.subnets.find((subnet) => overlap(rangeOf(subnet.ipRange), range));
    if (taken !== undefined) {
        throw invalid("ip_range", `${ip_range} overlaps with the subnet ${taken.ipRange}`);
    }
    network.subnets.push({ type, ipRange: ip_range, networkZone: network_zone });
}

/** The first address of a network leads out of it. */
export function gatewayOf({ ipRange }: Network): string {
    return addressAt(rangeOf(ipRange), 1);
}

/** Servers that joined a network. */
export function membersOf({ servers }: Project, { id }: Network): Server[] {
    return Object.values(servers).filter(({ privateNets }) =>
        privateNets.some(({ network }) => network === id),
    );
}

/** Addresses of a network that servers have. */
export function addressesIn(project: Project, { id }: Network): string[] {
    return Object.values(project.servers)
        .flatMap(({ privateNets }) => privateNets.filter(({ network }) => network === id))
        .flatMap(({ ip, aliasIps }) => [ip, ...aliasIps]);
}

function answer(call: Call, network: Network, command: string) {
    const action: Action = act(call, command, [about("network", network)]);
    return created({ action: viewAction(action) });
}
