import { once } from "node:events";
import { AddressInfo, createServer } from "node:net";
import Docker from "dockerode";
import { SetupError } from "../../tools/setup/errors";
import { MachineNetwork } from "../machine";

/** Who asks, from where, and by which image. */
export interface ReachArgs {
    readonly network: Pick<MachineNetwork, "name" | "subnet" | "gateway">;
    /** An image with bash. */
    readonly image: string;
    /** On the container that asks. */
    readonly labels: Readonly<Record<string, string>>;
}

/** A firewall drops without a word. */
const PATIENCE_SECONDS = 5;

/**
 * Throws where containers can't ask this machine for anything. Name server, certificate authority and registry answer on it:
 * servers would come up without them, and fail late.
 */
export async function checkReach(docker: Docker, { network, image, labels }: ReachArgs): Promise<void> {
    const { name, subnet, gateway } = network;
    const listener = createServer((socket) => socket.end()).listen(0, gateway);
    await once(listener, "listening");
    try {
        const { port } = listener.address() as AddressInfo;
        const ask = `exec 3<>/dev/tcp/${gateway}/${port}`;
        const container = await docker.createContainer({
            Image: image,
            Entrypoint: ["timeout", String(PATIENCE_SECONDS), "bash", "-c", ask],
            Labels: { ...labels },
            HostConfig: { NetworkMode: name },
        });
        try {
            await container.start();
            const { StatusCode: code } = (await container.wait()) as { StatusCode: number };
            if (code !== 0) {
                throw new SetupError(
                    `Containers can't reach this machine at ${gateway}: a firewall of its own drops what they send.`,
                    `Let the engine's networks in, with ufw: ufw allow from ${subnet}`,
                );
            }
        } finally {
            await container.remove({ force: true });
        }
    } finally {
        listener.close();
    }
}
