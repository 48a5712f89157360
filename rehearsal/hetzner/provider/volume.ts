import { HetznerClient } from "./client";
import { resource } from "./resource";
import { WireVolume } from "./wire";

interface VolumeInputs {
    readonly name: string;
    readonly size: number;
    readonly location?: string;
    readonly serverId?: number;
    readonly format?: string;
    readonly automount?: boolean;
    readonly labels?: Record<string, string>;
    readonly deleteProtection?: boolean;
}

export const volume = resource<VolumeInputs, { readonly linuxDevice: string }>({
    token: "hcloud:index/volume:Volume",
    inputs: {
        name: "string",
        size: "number",
        location: "string?",
        serverId: "number?",
        format: "string?",
        automount: "boolean?",
        labels: "object?",
        deleteProtection: "boolean?",
    },
    outputs: ["linuxDevice"],
    replaceOn: ["location"],
    // A format is used once; an attachment may be a resource of its own.
    computed: ["location", "serverId", "format"],
    create: async (
        { name, size, location, serverId, format, automount, labels, deleteProtection },
        hetzner,
    ) => {
        const body = { name, size, location, server: serverId, format, automount, labels };
        return await hetzner.make("/volumes", "volume", body, async (path) => {
            if (deleteProtection === true) {
                await changeProtection(path, true, hetzner);
            }
        });
    },
    update: async (id, inputs, hetzner, before) => {
        const path = `/volumes/${id}`;
        const { volume: found } = await hetzner.put<{ volume: WireVolume }>(path, {
            name: inputs.name,
            labels: inputs.labels ?? {},
        });
        if (inputs.serverId !== before.serverId) {
            if (found.server !== null) {
                await hetzner.post(`${path}/actions/detach`);
            }
            if (inputs.serverId !== undefined) {
                await hetzner.post(`${path}/actions/attach`, { server: inputs.serverId });
            }
        }
        if (inputs.size !== found.size) {
            await hetzner.post(`${path}/actions/resize`, { size: inputs.size });
        }
        if ((inputs.deleteProtection ?? false) !== found.protection.delete) {
            await changeProtection(path, inputs.deleteProtection ?? false, hetzner);
        }
    },
    find: async (id, hetzner) => {
        const found = (await hetzner.find<{ volume: WireVolume }>(`/volumes/${id}`))?.volume;
        return (
            found && {
                inputs: {
                    name: found.name,
                    size: found.size,
                    location: found.location.name,
                    serverId: found.server ?? undefined,
                    format: found.format ?? undefined,
                    labels: found.labels,
                    deleteProtection: found.protection.delete,
                },
                outputs: { linuxDevice: found.linux_device },
            }
        );
    },
    delete: async (id, hetzner) => {
        const found = await hetzner.find<{ volume: WireVolume }>(`/volumes/${id}`);
        // As the real one: detached first, whether it may be deleted or not.
        if (found !== undefined && found.volume.server !== null) {
            await hetzner.post(`/volumes/${id}/actions/detach`);
        }
        await hetzner.delete(`/volumes/${id}`);
    },
});

async function changeProtection(path: string, wanted: boolean, hetzner: HetznerClient): Promise<void> {
    await hetzner.post(`${path}/actions/change_protection`, { delete: wanted });
}

interface AttachmentInputs {
    readonly serverId: number;
    readonly volumeId: number;
    readonly automount?: boolean;
}

/** Its id is its volume's. */
export const volumeAttachment = resource<AttachmentInputs, object>({
    token: "hcloud:index/volumeAttachment:VolumeAttachment",
    inputs: { serverId: "number", volumeId: "number", automount: "boolean?" },
    outputs: [],
    replaceOn: ["serverId", "volumeId"],
    create: async ({ serverId, volumeId, automount }, hetzner) => {
        await hetzner.post(`/volumes/${volumeId}/actions/attach`, { server: serverId, automount });
        return String(volumeId);
    },
    // `automount` is used once.
    update: () => Promise.resolve(),
    find: async (id, hetzner) => {
        const found = (await hetzner.find<{ volume: WireVolume }>(`/volumes/${id}`))?.volume;
        return found === undefined || found.server === null
            ? undefined
            : { inputs: { serverId: found.server, volumeId: found.id }, outputs: {} };
    },
    delete: async (id, hetzner, { serverId }) => {
        const found = await hetzner.find<{ volume: WireVolume }>(`/volumes/${id}`);
        if (found?.volume.server === serverId) {
            await hetzner.post(`/volumes/${id}/actions/detach`);
        }
    },
});
