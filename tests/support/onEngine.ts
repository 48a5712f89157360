import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { ProviderClient } from "./providerClient";
import { Containers } from "./containers";

/** The engine on which the tests run. */
export const ENGINE_HOST = process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock";

/** The provider with the tests' engine. `engine` is the address of whom it tells what goes on. */
export async function providerOnEngine(engine?: string): Promise<ProviderClient> {
    const provider = await ProviderClient.start(undefined, engine);
    await provider.configure(ENGINE_HOST);
    return provider;
}

/** A moment by the engine's clock, as its API takes them. */
export async function engineNow({ docker }: Containers): Promise<string> {
    const { SystemTime } = (await docker.info()) as { SystemTime: string };
    const [, fraction = "0"] = /\.(\d+)/.exec(SystemTime) ?? [];
    return `${Math.floor(Date.parse(SystemTime) / 1000)}.${fraction}`;
}

/** What the engine tells of some things since a moment, one line of JSON each. */
export async function eventsSince(
    containers: Containers,
    since: string,
    filters: Record<string, string[]>,
): Promise<string[]> {
    const until = await engineNow(containers);
    // The type declarations want numbers and drop the fractions' meaning with it.
    const options = { since, until, filters } as unknown as Docker.GetEventsOptions;
    const told = await text(await containers.docker.getEvents(options));
    return told.split("\n").filter((line) => line !== "");
}

/** A network of a test file's own. Its containers go before it. */
export async function createNetwork(
    containers: Containers,
): Promise<{ name: string; remove(): Promise<void> }> {
    const name = containers.uniqueName();
    const network = await containers.docker.createNetwork({ Name: name, CheckDuplicate: true });
    return {
        name,
        remove: async () => {
            await network.remove();
        },
    };
}

/** A network with addresses that are known before: of sixteen, somewhere nobody has any. */
export async function createSubnet(
    containers: Containers,
): Promise<{ name: string; subnet: string; remove(): Promise<void> }> {
    const name = containers.uniqueName();
    for (let third = 0; third < 256; third += 1) {
        const subnet = `10.213.${third}.240/28`;
        try {
            const network = await containers.docker.createNetwork({
                Name: name,
                CheckDuplicate: true,
                IPAM: { Config: [{ Subnet: subnet }] },
            });
            return {
                name,
                subnet,
                remove: async () => {
                    await network.remove();
                },
            };
        } catch (error) {
            if (!(error instanceof Error && error.message.includes("overlaps"))) {
                throw error;
            }
        }
    }
    throw new Error("there is no free network");
}

/** A server that answers every request with its name and leaves at once when it is told to. */
export function answering(name: string, port = 3000): string[] {
    const script = `
        process.on("SIGTERM", () => process.exit());
        require("node:http").createServer((_, response) => response.end(${JSON.stringify(name)})).listen(${port});`;
    return ["node", "-e", script];
}
