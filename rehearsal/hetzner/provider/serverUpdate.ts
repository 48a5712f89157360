import { isDeepStrictEqual } from "node:util";
import { HetznerClient } from "./client";
import { protect, PublicNet, ServerInputs } from "./serverInputs";
import { WireServer } from "./wire";

/** Brings a server to its inputs, in the order of the real provider. */
export async function updateServer(
    id: string,
    inputs: ServerInputs,
    hetzner: HetznerClient,
    before: ServerInputs,
): Promise<void> {
    const path = `/servers/${id}`;
    if (inputs.placementGroupId !== before.placementGroupId) {
        throw new Error("the simulation moves no server to another placement group");
    }
    const { server } = await hetzner.put<{ server: WireServer }>(path, {
        name: inputs.name,
        labels: inputs.labels ?? {},
    });
    if (inputs.serverType !== server.server_type.name) {
        await stop(path, hetzner);
        // The server starts by itself.
        await hetzner.post(`${path}/actions/change_type`, {
            server_type: inputs.serverType,
            upgrade_disk: inputs.keepDisk !== true,
        });
    }
    if (inputs.firewallIds !== undefined) {
        await updateFirewalls(server, inputs.firewallIds, hetzner);
    }
    const [wanted, had] = [inputs.publicNets?.[0], before.publicNets?.[0]];
    if (wanted !== undefined && !isDeepStrictEqual(wanted, had)) {
        await updateAddresses(server, wanted, hetzner);
    }
    await protect(path, inputs, hetzner, {
        deleteProtection: server.protection.delete,
        rebuildProtection: server.protection.rebuild,
    });
}

async function stop(path: string, hetzner: HetznerClient): Promise<void> {
    const { server } = await hetzner.get<{ server: WireServer }>(path);
    if (server.status !== "off") {
        await hetzner.post(`${path}/actions/poweroff`);
    }
}

async function updateFirewalls(server: WireServer, wanted: number[], hetzner: HetznerClient): Promise<void> {
    const had = server.public_net.firewalls.map(({ id }) => id);
    const resources = [{ type: "server", server: { id: server.id } }];
    for (const firewall of had.filter((id) => !wanted.includes(id))) {
        const path = `/firewalls/${firewall}/actions/remove_from_resources`;
        await hetzner.post(path, { remove_from: resources });
    }
    for (const firewall of wanted.filter((id) => !had.includes(id))) {
        await hetzner.post(`/firewalls/${firewall}/actions/apply_to_resources`, { apply_to: resources });
    }
}

/** Addresses come and go only while the server is off. One that is named takes the place of the one that is there. */
async function updateAddresses(server: WireServer, wanted: PublicNet, hetzner: HetznerClient): Promise<void> {
    const path = `/servers/${server.id}`;
    await stop(path, hetzner);
    for (const type of ["ipv4", "ipv6"] as const) {
        const [had, id] = [server.public_net[type]?.id, wanted[type]];
        const enabled = wanted[`${type}Enabled`] ?? true;
        if (had !== undefined && (!enabled || (id !== undefined && id !== had))) {
            await hetzner.post(`/primary_ips/${had}/actions/unassign`);
        }
        if (enabled && id !== undefined && id !== had) {
            await hetzner.post(`/primary_ips/${id}/actions/assign`, {
                assignee_id: server.id,
                assignee_type: "server",
            });
        }
    }
    await hetzner.post(`${path}/actions/poweron`);
}
