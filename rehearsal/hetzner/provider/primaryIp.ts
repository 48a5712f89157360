import { HetznerClient } from "./client";
import { resource } from "./resource";
import { WirePrimaryIp } from "./wire";

interface PrimaryIpInputs {
    readonly name: string;
    readonly type: string;
    readonly location?: string;
    readonly assigneeType?: string;
    readonly assigneeId?: number;
    readonly autoDelete?: boolean;
    readonly labels?: Record<string, string>;
    readonly deleteProtection?: boolean;
}

interface PrimaryIpOutputs {
    readonly ipAddress: string;
    readonly ipNetwork: string;
}

export const primaryIp = resource<PrimaryIpInputs, PrimaryIpOutputs>({
    token: "hcloud:index/primaryIp:PrimaryIp",
    inputs: {
        name: "string",
        type: "string",
        location: "string?",
        assigneeType: "string?",
        assigneeId: "number?",
        autoDelete: "boolean?",
        labels: "object?",
        deleteProtection: "boolean?",
    },
    outputs: ["ipAddress", "ipNetwork"],
    replaceOn: ["type", "location"],
    computed: ["location", "assigneeType", "assigneeId"],
    create: (inputs, hetzner) => {
        const { name, type, location, autoDelete, labels, deleteProtection } = inputs;
        // The kind of assignee goes with its id; alone it is as good as not there.
        const assignee = inputs.assigneeId === undefined ? {} : assigneeOf(inputs);
        const body = { name, type, location, auto_delete: autoDelete, labels, ...assignee };
        return hetzner.make("/primary_ips", "primary_ip", body, async (path) => {
            if (deleteProtection === true) {
                await hetzner.post(`${path}/actions/change_protection`, { delete: true });
            }
        });
    },
    update: async (id, inputs, hetzner) => {
        const path = `/primary_ips/${id}`;
        const { name, labels = {}, autoDelete = false, deleteProtection = false, assigneeId } = inputs;
        const body = { name, labels, auto_delete: autoDelete };
        const { primary_ip: found } = await hetzner.put<{ primary_ip: WirePrimaryIp }>(path, body);
        if (deleteProtection !== found.protection.delete) {
            await hetzner.post(`${path}/actions/change_protection`, { delete: deleteProtection });
        }
        if (assigneeId !== undefined && assigneeId !== found.assignee_id) {
            if (found.assignee_id !== null) {
                await hetzner.post(`${path}/actions/unassign`);
            }
            await hetzner.post(`${path}/actions/assign`, assigneeOf(inputs));
        }
    },
    find: async (id, hetzner) => {
        const found = await addressOf(id, hetzner);
        return (
            found && {
                inputs: {
                    name: found.name,
                    type: found.type,
                    location: found.location.name,
                    assigneeId: found.assignee_id ?? undefined,
                    autoDelete: found.auto_delete,
                    labels: found.labels,
                    deleteProtection: found.protection.delete,
                },
                outputs: {
                    ipAddress: found.ip.replace(/\/.*/, ""),
                    ipNetwork: found.type === "ipv6" ? found.ip : "",
                },
            }
        );
    },
    delete: (id, hetzner) => hetzner.delete(`/primary_ips/${id}`),
});

function assigneeOf({ assigneeId, assigneeType = "server" }: PrimaryIpInputs) {
    return { assignee_id: assigneeId, assignee_type: assigneeType };
}

async function addressOf(id: string, hetzner: HetznerClient): Promise<WirePrimaryIp | undefined> {
    return (await hetzner.find<{ primary_ip: WirePrimaryIp }>(`/primary_ips/${id}`))?.primary_ip;
}
