import { resource } from "./resource";
import { WireFirewall, WireRule } from "./wire";

interface RuleInputs {
    readonly direction: string;
    readonly protocol: string;
    readonly port?: string;
    readonly sourceIps?: string[];
    readonly destinationIps?: string[];
    readonly description?: string;
}

interface FirewallInputs {
    readonly name: string;
    readonly labels?: Record<string, string>;
    readonly rules?: RuleInputs[];
}

export const firewall = resource<FirewallInputs, object>({
    token: "hcloud:index/firewall:Firewall",
    // Servers name their firewalls: `applyTos` is used by no stack.
    inputs: { name: "string", labels: "object?", rules: "list?" },
    outputs: [],
    replaceOn: [],
    create: ({ name, labels, rules = [] }, hetzner) =>
        hetzner.make("/firewalls", "firewall", { name, labels, rules: rules.map(toWire) }),
    update: async (id, { name, labels = {}, rules = [] }, hetzner) => {
        const path = `/firewalls/${id}`;
        await hetzner.put(path, { name, labels });
        await hetzner.post(`${path}/actions/set_rules`, { rules: rules.map(toWire) });
    },
    find: async (id, hetzner) => {
        const found = (await hetzner.find<{ firewall: WireFirewall }>(`/firewalls/${id}`))?.firewall;
        return (
            found && {
                inputs: { name: found.name, labels: found.labels, rules: found.rules.map(fromWire) },
                outputs: {},
            }
        );
    },
    delete: async (id, hetzner) => {
        const found = (await hetzner.find<{ firewall: WireFirewall }>(`/firewalls/${id}`))?.firewall;
        // As the real one: taken from its servers first.
        if (found !== undefined && found.applied_to.length > 0) {
            const path = `/firewalls/${id}/actions/remove_from_resources`;
            await hetzner.post(path, { remove_from: found.applied_to });
        }
        await hetzner.delete(`/firewalls/${id}`);
    },
});

function toWire({ sourceIps, destinationIps, ...rest }: RuleInputs) {
    return { ...rest, source_ips: sourceIps, destination_ips: destinationIps };
}

function fromWire({
    direction,
    protocol,
    port,
    source_ips,
    destination_ips,
    description,
}: WireRule): RuleInputs {
    return {
        direction,
        protocol,
        ...(port !== null && { port }),
        ...(source_ips.length > 0 && { sourceIps: source_ips }),
        ...(destination_ips.length > 0 && { destinationIps: destination_ips }),
        ...(description !== null && { description }),
    };
}
