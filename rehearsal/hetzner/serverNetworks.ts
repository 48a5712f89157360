import { about, act, checkUnlocked, viewAction } from "./actions";
import { ApiError, invalid } from "./apiError";
import { known, LOCATIONS } from "./catalogue";
import { thisOf } from "./collection";
import { id, list, optional, parse, text } from "./fields";
import { addressesIn, gatewayOf } from "./networks";
import { addressAt, ipv4, isIn, rangeOf, sizeOf } from "./ranges";
import { servers } from "./serverView";
import { Call, created, find, Route } from "./simulation";
import { Network, PrivateNet, Server, Subnet } from "./state";

/** A server and its private networks. */
export const serverNetworkRoutes: readonly Route[] = [
    {
        method: "POST",
        path: "/servers/:id/actions/attach_to_network",
        handle: (call) => {
            const server = unlockedOf(call);
            const input = parse(call.body, {
                network: id,
                ip: optional(ipv4),
                ip_range: optional(text),
                alias_ips: optional(list(ipv4)),
            });
            const network = find(call.project.networks, input.network, "network");
            if (server.privateNets.some((net) => net.network === network.id)) {
                throw new ApiError("server_already_attached", "server is already attached to this network");
            }
            const subnets = subnetsFor(server, network, input.ip_range);
            const ip = input.ip ?? freeAddress(call, network, subnets);
            const aliasIps = input.alias_ips ?? [];
            [ip, ...aliasIps].forEach((address) => checkFree(call, network, subnets, address));
            server.privateNets.push({
                network: network.id,
                ip,
                aliasIps,
                macAddress: macOf(server, network),
            });
            return answer(call, "attach_to_network", server, network);
        },
    },
    {
        method: "POST",
        path: "/servers/:id/actions/detach_from_network",
        handle: (call) => {
            const server = unlockedOf(call);
            const network = find(call.project.networks, parse(call.body, { network: id }).network, "network");
            const left = memberOf(server, network);
            server.privateNets = server.privateNets.filter((net) => net !== left);
            return answer(call, "detach_from_network", server, network);
        },
    },
    {
        method: "POST",
        path: "/servers/:id/actions/change_alias_ips",
        handle: (call) => {
            const server = unlockedOf(call);
            const input = parse(call.body, { network: id, alias_ips: list(ipv4) });
            const network = find(call.project.networks, input.network, "network");
            const net = memberOf(server, network);
            for (const address of input.alias_ips.filter((each) => !net.aliasIps.includes(each))) {
                checkFree(call, network, subnetsFor(server, network), address);
            }
            net.aliasIps = input.alias_ips;
            return answer(call, "change_alias_ips", server, network);
        },
    },
];

function unlockedOf(call: Call): Server {
    const server = thisOf(servers, call);
    checkUnlocked(call.project, server);
    return server;
}

function memberOf({ privateNets }: Server, { id: network }: Network): PrivateNet {
    const net = privateNets.find((each) => each.network === network);
    if (net === undefined) {
        throw new ApiError("not_found", `server is not attached to the network '${network}'`);
    }
    return net;
}

/** Subnets that a server can join: those of its location's zone, or the one that is asked for. The last is the first. */
function subnetsFor({ location }: Server, { subnets }: Network, wanted?: string): Subnet[] {
    const zone = known(LOCATIONS, location).network_zone;
    const named = wanted === undefined ? subnets : subnets.filter(({ ipRange }) => ipRange === wanted);
    if (wanted !== undefined && named.length === 0) {
        throw invalid("ip_range", `the network has no subnet ${wanted}`);
    }
    const near = named.filter(({ networkZone }) => networkZone === zone);
    if (near.length === 0) {
        throw new ApiError("no_subnet_available", `the network has no such subnet in the zone ${zone}`);
    }
    return [...near].sort((a, b) => rangeOf(b.ipRange).first - rangeOf(a.ipRange).first);
}

function freeAddress({ project }: Call, network: Network, subnets: readonly Subnet[]): string {
    const taken = new Set([...addressesIn(project, network), gatewayOf(network)]);
    for (const range of subnets.map(({ ipRange }) => rangeOf(ipRange))) {
        // Neither the range's own address nor its broadcast address.
        for (let place = 1; place < sizeOf(range) - 1; place += 1) {
            const address = addressAt(range, place);
            if (!taken.has(address)) {
                return address;
            }
        }
    }
    throw new ApiError("no_subnet_available", "no address of the network is free");
}

function checkFree({ project }: Call, network: Network, subnets: readonly Subnet[], address: string): void {
    const taken = [...addressesIn(project, network), gatewayOf(network)];
    const ours = subnets.map(({ ipRange }) => rangeOf(ipRange)).filter((range) => isIn(range, address));
    const ends = ours.flatMap((range) => [addressAt(range, 0), addressAt(range, sizeOf(range) - 1)]);
    if (ours.length === 0 || taken.includes(address) || ends.includes(address)) {
        throw new ApiError("ip_not_available", `the address ${address} is not available`);
    }
}

/** One that is nobody else's: locally administered, of both ids. */
function macOf(server: Server, network: Network): string {
    const hex = (server.id * 256 + (network.id % 256)).toString(16).padStart(10, "0").slice(-10);
    return ["86", ...(hex.match(/../g) ?? [])].join(":");
}

function answer(call: Call, command: string, server: Server, network: Network) {
    return created({
        action: viewAction(act(call, command, [about("server", server), about("network", network)])),
    });
}
