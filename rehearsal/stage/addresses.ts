import { existsSync } from "node:fs";
import { join } from "node:path";
import Docker from "dockerode";
import execa from "execa";
import { SetupError } from "../../tools/setup/errors";
import { addressOn, createMachineNetwork, MachineNetwork } from "../machine";

/** The bridge that all of a rehearsal stands on, and who has which address of it. */
export interface Ground {
    readonly network: MachineNetwork;
    /** This machine's: name server, certificate authority, registry, and where its own requests come from. */
    readonly gateway: string;
    /** Cloudflare's edge. */
    readonly edge: string;
    /** Fly's proxy. */
    readonly fly: string;
    /** The address of the server of a number, from 1 on. */
    server(number: number): string;
}

/** Servers count from the start of the subnet; these stand behind any number of them. */
const EDGE = 200;
const FLY = 201;
const SERVERS = EDGE - 1;

/**
 * Makes the bridge. Each edge has an address of its own on it, because each answers on ports 80 and 443; they go with the
 * bridge.
 */
export async function makeGround(
    docker: Docker,
    name: string,
    labels: Readonly<Record<string, string>>,
): Promise<Ground> {
    const network = await createMachineNetwork(docker, name, labels);
    const { gateway } = network;
    const [edge, fly] = [addressOn(network, EDGE), addressOn(network, FLY)];
    try {
        const bridge = await bridgeOf(docker, name);
        requireDevice(bridge);
        for (const address of [edge, fly]) {
            await execa("ip", ["address", "add", `${address}/32`, "dev", bridge]);
        }
    } catch (error) {
        await network.remove();
        throw error;
    }
    return {
        network,
        gateway,
        edge,
        fly,
        server: (number) => addressOn(network, ((number - 1) % SERVERS) + 1),
    };
}

/** The engine names a bridge after its network's id. */
async function bridgeOf(docker: Docker, network: string): Promise<string> {
    const { Id } = (await docker.getNetwork(network).inspect()) as { Id: string };
    return `br-${Id.slice(0, 12)}`;
}

/** An engine in a virtual machine, or without root, has its bridges where nobody of this machine comes to. */
export function requireDevice(bridge: string, devices = "/sys/class/net"): void {
    if (!existsSync(join(devices, bridge))) {
        throw new SetupError(
            "The Docker engine's bridges are not on this machine: it is Docker Desktop, or runs without root.",
            "A rehearsal takes one that runs here as root: unset DOCKER_HOST, docker context use default.",
        );
    }
}
