import type Docker from "dockerode";
import { ProviderClient } from "./providerClient";
import { Containers, until } from "./containers";

/** The engine on which the tests run. */
export const ENGINE_HOST = process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock";

/** The provider with the tests' engine. `engine` is the address of whom it tells what goes on. */
export async function providerOnEngine(engine?: string, host = ENGINE_HOST): Promise<ProviderClient> {
    const provider = await ProviderClient.start(undefined, engine);
    await provider.configure(host);
    return provider;
}

/** A moment by the engine's clock, as its API takes them. */
async function engineNow({ docker }: Containers): Promise<string> {
    const { SystemTime } = (await docker.info()) as { SystemTime: string };
    const [, fraction = "0"] = /\.(\d+)/.exec(SystemTime) ?? [];
    return `${Math.floor(Date.parse(SystemTime) / 1000)}.${fraction}`;
}

/** Something that happened on the engine, as it tells of it. */
export interface EngineEvent {
    /** `container`, `volume` … */
    readonly Type: string;
    /** `create`, `exec_create: COMMAND` … */
    readonly Action: string;
    readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

/**
 * All that the engine tells while something is done. It is listened to meanwhile: afterwards an engine knows no more than
 * its last 256 events, whoever they are of.
 */
export async function eventsDuring(
    containers: Containers,
    action: () => Promise<unknown>,
): Promise<EngineEvent[]> {
    // It answers before it listens: what happens in between it tells for this moment's sake. The type declarations want
    // a number, and drop the fraction's meaning with it.
    const options = { since: await engineNow(containers) } as unknown as Docker.GetEventsOptions;
    const stream = await containers.docker.getEvents(options);
    let told = "";
    stream.setEncoding("utf8");
    stream.on("data", (chunk: string) => (told += chunk));
    try {
        await action();
        // Events come in their order: behind this one is nothing of the action's.
        const last = await containers.volume();
        await until(
            () => Promise.resolve(told.includes(last)),
            () => Promise.resolve("the engine tells nothing"),
        );
    } finally {
        (stream as NodeJS.ReadableStream & { destroy(): void }).destroy();
    }
    const wholeLines = told.split("\n").slice(0, -1);
    return wholeLines.map((line) => JSON.parse(line) as EngineEvent);
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
