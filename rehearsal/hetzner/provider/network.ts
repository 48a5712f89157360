import { HetznerClient } from "./client";
import { resource } from "./resource";
import { WireNetwork, WireServer } from "./wire";

interface NetworkInputs {
    readonly name: string;
    readonly ipRange: string;
    readonly labels?: Record<string, string>;
    readonly deleteProtection?: boolean;
}

export const network = resource<NetworkInputs, object>({
    token: "hcloud:index/network:Network",
    inputs: { name: "string", ipRange: "string", labels: "object?", deleteProtection: "boolean?" },
    outputs: [],
    replaceOn: ["ipRange"],
    create: ({ name, ipRange, labels, deleteProtection }, hetzner) =>
        hetzner.make("/networks", "network", { name, ip_range: ipRange, labels }, async (path) => {
            if (deleteProtection === true) {
                await hetzner.post(`${path}/actions/change_protection`, { delete: true });
            }
        }),
    update: async (id, { name, labels = {}, deleteProtection = false }, hetzner, before) => {
        const path = `/networks/${id}`;
        await hetzner.put(path, { name, labels });
        if (deleteProtection !== (before.deleteProtection ?? false)) {
            await hetzner.post(`${path}/actions/change_protection`, { delete: deleteProtection });
        }
    },
    find: async (id, hetzner) => {
        const found = await networkOf(id, hetzner);
        return (
            found && {
                inputs: {
                    name: found.name,
                    ipRange: found.ip_range,
                    labels: found.labels,
                    deleteProtection: found.protection.delete,
                },
                outputs: {},
            }
        );
    },
    delete: (id, hetzner) => hetzner.delete(`/networks/${id}`),
});

interface SubnetInputs {
    readonly networkId: number;
    readonly type: string;
    readonly networkZone: string;
    readonly ipRange: string;
}

/** Its id is its network's and its range: `4000001-10.70.1.0/24`. */
export const networkSubnet = resource<SubnetInputs, { readonly gateway: string }>({
    token: "hcloud:index/networkSubnet:NetworkSubnet",
    inputs: { networkId: "number", type: "string", networkZone: "string", ipRange: "string" },
    outputs: ["gateway"],
    replaceOn: ["networkId", "type", "networkZone", "ipRange"],
    create: async ({ networkId, type, networkZone, ipRange }, hetzner) => {
        const body = { type, network_zone: networkZone, ip_range: ipRange };
        await hetzner.post(`/networks/${networkId}/actions/add_subnet`, body);
        return `${networkId}-${ipRange}`;
    },
    find: async (id, hetzner) => {
        const [networkId, ipRange] = partsOf(id);
        const found = await networkOf(networkId, hetzner);
        const subnet = found?.subnets.find((each) => each.ip_range === ipRange);
        return (
            subnet && {
                inputs: {
                    networkId: Number(networkId),
                    type: subnet.type,
                    networkZone: subnet.network_zone,
                    ipRange,
                },
                outputs: { gateway: subnet.gateway },
            }
        );
    },
    delete: async (id, hetzner) => {
        const [networkId, ipRange] = partsOf(id);
        const found = await networkOf(networkId, hetzner);
        if (found?.subnets.some((each) => each.ip_range === ipRange) === true) {
            await hetzner.post(`/networks/${networkId}/actions/delete_subnet`, { ip_range: ipRange });
        }
    },
});

interface ServerNetworkInputs {
    readonly serverId: number;
    readonly networkId?: number;
    readonly subnetId?: string;
    readonly ip?: string;
    readonly aliasIps?: string[];
}

/** Its id is its server's and its network's: `4000002-4000001`. */
export const serverNetwork = resource<ServerNetworkInputs, { readonly macAddress: string }>({
    token: "hcloud:index/serverNetwork:ServerNetwork",
    inputs: {
        serverId: "number",
        networkId: "number?",
        subnetId: "string?",
        ip: "string?",
        aliasIps: "list?",
    },
    outputs: ["macAddress"],
    replaceOn: ["serverId", "networkId", "subnetId", "ip"],
    computed: ["networkId", "ip"],
    create: async ({ serverId, networkId, subnetId, ip, aliasIps }, hetzner) => {
        const [subnetsNetwork, ipRange] = subnetId === undefined ? [] : partsOf(subnetId);
        const id = networkId ?? Number(subnetsNetwork);
        await hetzner.post(`/servers/${serverId}/actions/attach_to_network`, {
            network: id,
            ip_range: ipRange,
            ip,
            alias_ips: aliasIps,
        });
        return `${serverId}-${id}`;
    },
    update: async (id, { aliasIps = [] }, hetzner) => {
        const [serverId, networkId] = partsOf(id);
        const body = { network: Number(networkId), alias_ips: aliasIps };
        await hetzner.post(`/servers/${serverId}/actions/change_alias_ips`, body);
    },
    find: async (id, hetzner) => {
        const [serverId, networkId] = partsOf(id);
        const net = await membershipOf(serverId, Number(networkId), hetzner);
        return (
            net && {
                inputs: {
                    serverId: Number(serverId),
                    networkId: net.network,
                    ip: net.ip,
                    aliasIps: net.alias_ips,
                },
                outputs: { macAddress: net.mac_address },
            }
        );
    },
    delete: async (id, hetzner) => {
        const [serverId, networkId] = partsOf(id);
        if ((await membershipOf(serverId, Number(networkId), hetzner)) !== undefined) {
            const path = `/servers/${serverId}/actions/detach_from_network`;
            await hetzner.post(path, { network: Number(networkId) });
        }
    },
});

function partsOf(id: string): readonly [string, string] {
    const [first = "", ...rest] = id.split("-");
    if (first === "" || rest.length === 0) {
        throw new Error(`"${id}" is no id of two parts with a dash between them`);
    }
    return [first, rest.join("-")];
}

async function networkOf(id: string, hetzner: HetznerClient): Promise<WireNetwork | undefined> {
    return (await hetzner.find<{ network: WireNetwork }>(`/networks/${id}`))?.network;
}

async function membershipOf(serverId: string, networkId: number, hetzner: HetznerClient) {
    const found = await hetzner.find<{ server: WireServer }>(`/servers/${serverId}`);
    return found?.server.private_net.find((net) => net.network === networkId);
}
