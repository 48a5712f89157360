import { resource } from "./resource";
import { WirePlacementGroup, WireSshKey } from "./wire";

interface SshKeyInputs {
    readonly name: string;
    readonly publicKey: string;
    readonly labels?: Record<string, string>;
}

export const sshKey = resource<SshKeyInputs, { readonly fingerprint: string }>({
    token: "hcloud:index/sshKey:SshKey",
    inputs: { name: "string", publicKey: "string", labels: "object?" },
    outputs: ["fingerprint"],
    replaceOn: ["publicKey"],
    create: ({ name, publicKey, labels }, hetzner) =>
        hetzner.make("/ssh_keys", "ssh_key", { name, public_key: publicKey, labels }),
    update: async (id, { name, labels = {} }, hetzner) => {
        await hetzner.put(`/ssh_keys/${id}`, { name, labels });
    },
    find: async (id, hetzner) => {
        const found = (await hetzner.find<{ ssh_key: WireSshKey }>(`/ssh_keys/${id}`))?.ssh_key;
        return (
            found && {
                inputs: { name: found.name, publicKey: found.public_key, labels: found.labels },
                outputs: { fingerprint: found.fingerprint },
            }
        );
    },
    delete: (id, hetzner) => hetzner.delete(`/ssh_keys/${id}`),
});

interface PlacementGroupInputs {
    readonly name: string;
    readonly type: string;
    readonly labels?: Record<string, string>;
}

export const placementGroup = resource<PlacementGroupInputs, object>({
    token: "hcloud:index/placementGroup:PlacementGroup",
    inputs: { name: "string", type: "string", labels: "object?" },
    outputs: [],
    replaceOn: [],
    create: (inputs, hetzner) => hetzner.make("/placement_groups", "placement_group", inputs),
    update: async (id, { name, labels = {} }, hetzner) => {
        await hetzner.put(`/placement_groups/${id}`, { name, labels });
    },
    find: async (id, hetzner) => {
        const path = `/placement_groups/${id}`;
        const found = (await hetzner.find<{ placement_group: WirePlacementGroup }>(path))?.placement_group;
        return found && { inputs: { name: found.name, type: found.type, labels: found.labels }, outputs: {} };
    },
    delete: (id, hetzner) => hetzner.delete(`/placement_groups/${id}`),
});
