import { HetznerClient } from "./client";
import { resource } from "./resource";
import { protect, ServerInputs } from "./serverInputs";
import { updateServer } from "./serverUpdate";
import { WireServer, WireSshKey } from "./wire";

interface ServerOutputs {
    readonly ipv4Address: string;
    readonly ipv6Address: string;
    readonly ipv6Network: string;
    readonly status: string;
    readonly primaryDiskSize: number;
}

export const server = resource<ServerInputs, ServerOutputs>({
    token: "hcloud:index/server:Server",
    inputs: {
        name: "string",
        serverType: "string",
        image: "string?",
        location: "string?",
        sshKeys: "list?",
        userData: "string?",
        labels: "object?",
        firewallIds: "list?",
        publicNets: "list?",
        placementGroupId: "number?",
        keepDisk: "boolean?",
        shutdownBeforeDeletion: "boolean?",
        deleteProtection: "boolean?",
        rebuildProtection: "boolean?",
    },
    outputs: ["ipv4Address", "ipv6Address", "ipv6Network", "status", "primaryDiskSize"],
    // And `datacenter`, which the real provider has removed and this one never had.
    replaceOn: ["image", "location", "sshKeys", "userData"],
    computed: ["image", "location", "firewallIds", "publicNets"],
    create: async (inputs, hetzner) => {
        const [publicNet] = inputs.publicNets ?? [];
        const body = {
            name: inputs.name,
            server_type: inputs.serverType,
            image: inputs.image,
            location: inputs.location,
            ssh_keys: await keyIds(inputs.sshKeys ?? [], hetzner),
            user_data: inputs.userData,
            labels: inputs.labels,
            firewalls: inputs.firewallIds?.map((firewall) => ({ firewall })),
            placement_group: inputs.placementGroupId,
            public_net: publicNet && {
                enable_ipv4: publicNet.ipv4Enabled ?? true,
                enable_ipv6: publicNet.ipv6Enabled ?? true,
                ipv4: publicNet.ipv4,
                ipv6: publicNet.ipv6,
            },
        };
        return await hetzner.make("/servers", "server", body, (path) => protect(path, inputs, hetzner));
    },
    update: updateServer,
    find: async (id, hetzner) => {
        const found = await hetzner.find<{ server: WireServer }>(`/servers/${id}`);
        return found && actualOf(found.server);
    },
    delete: async (id, hetzner, { shutdownBeforeDeletion }) => {
        const found = await hetzner.find<{ server: WireServer }>(`/servers/${id}`);
        // As the real one: before it is known whether the server may be deleted.
        if (found?.server.status === "running" && shutdownBeforeDeletion === true) {
            await hetzner.post(`/servers/${id}/actions/shutdown`);
        }
        await hetzner.delete(`/servers/${id}`);
    },
});

function actualOf(found: WireServer) {
    const { ipv4, ipv6, firewalls } = found.public_net;
    const network = ipv6?.ip ?? "";
    return {
        inputs: {
            name: found.name,
            serverType: found.server_type.name,
            image: found.image.name,
            location: found.location.name,
            labels: found.labels,
            firewallIds: firewalls.map(({ id }) => id),
            publicNets: [
                { ipv4Enabled: ipv4 !== null, ipv4: ipv4?.id, ipv6Enabled: ipv6 !== null, ipv6: ipv6?.id },
            ],
            placementGroupId: found.placement_group?.id,
            deleteProtection: found.protection.delete,
            rebuildProtection: found.protection.rebuild ?? false,
        },
        outputs: {
            ipv4Address: ipv4?.ip ?? "",
            ipv6Address: network.replace(/\/64$/, "1"),
            ipv6Network: network,
            status: found.status,
            primaryDiskSize: found.primary_disk_size,
        },
    };
}

/** The API takes ids of keys; programs may name them. */
async function keyIds(keys: readonly string[], hetzner: HetznerClient): Promise<number[]> {
    return await Promise.all(
        keys.map(async (key) => {
            if (/^\d+$/.test(key)) {
                return Number(key);
            }
            const path = `/ssh_keys?name=${encodeURIComponent(key)}`;
            const [found] = (await hetzner.get<{ ssh_keys: WireSshKey[] }>(path)).ssh_keys;
            if (found === undefined) {
                throw new Error(`there is no SSH key "${key}"`);
            }
            return found.id;
        }),
    );
}
