import Docker from "dockerode";

/** A bridge on which machines have fixed addresses. */
export interface MachineNetwork {
    readonly name: string;
    /** CIDR. */
    readonly subnet: string;
    /** Address of this machine on it: the source of what it sends there. */
    readonly gateway: string;
    remove(): Promise<void>;
}

/** How often a subnet is looked for: somebody else may take the one that is found. */
const TRIES = 5;

/** Makes a bridge on a subnet that is free on this machine. */
export async function createMachineNetwork(
    docker: Docker,
    name: string,
    labels: Readonly<Record<string, string>> = {},
): Promise<MachineNetwork> {
    for (let left = TRIES - 1; ; left -= 1) {
        // The engine knows a free subnet, and gives fixed addresses only on one that was asked for.
        const options = { Name: name, CheckDuplicate: true, Labels: { ...labels } };
        const probe = await docker.createNetwork(options);
        const { subnet, gateway } = await placeOf(probe);
        await probe.remove();
        try {
            const IPAM = { Config: [{ Subnet: subnet, Gateway: gateway }] };
            const network = await docker.createNetwork({ ...options, IPAM });
            return {
                name,
                subnet,
                gateway,
                remove: async () => {
                    await network.remove();
                },
            };
        } catch (error) {
            if (left === 0 || !(error instanceof Error && error.message.includes("overlaps"))) {
                throw error;
            }
        }
    }
}

/** An address on the network: the first is 1, behind the gateway's. */
export function addressOn({ gateway }: Pick<MachineNetwork, "gateway">, number: number): string {
    const parts = gateway.split(".").map(Number);
    return [...parts.slice(0, 3), (parts[3] ?? 1) + number].join(".");
}

async function placeOf(network: Docker.Network): Promise<{ subnet: string; gateway: string }> {
    const { IPAM } = await network.inspect();
    const [{ Subnet: subnet, Gateway: gateway } = {}] = IPAM?.Config ?? [];
    if (subnet === undefined || gateway === undefined) {
        throw new Error("the engine gave the network no subnet");
    }
    return { subnet, gateway };
}
