import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { ENGINE_HOST } from "./onEngine";
import { ProviderClient } from "./providerClient";

const PROGRAM = path.join(__dirname, "../../providers/bin/pulumi-resource-berth");

/** A provider in a process of its own, as the engine starts it. */
export interface SpawnedProvider {
    readonly client: ProviderClient;
    /** Ends it as nothing can be put in order any more. */
    kill(): Promise<void>;
}

/** Starts the real provider. `engine` is the address of whom it tells what goes on. */
export async function spawnProvider(engine: string): Promise<SpawnedProvider> {
    const child = spawn(PROGRAM, [engine], { stdio: ["ignore", "pipe", "inherit"] });
    const [port] = (await once(createInterface(child.stdout), "line")) as [string];
    const client = ProviderClient.connect(Number(port), () => undefined);
    await client.configure(ENGINE_HOST);
    return {
        client,
        kill: async () => {
            const gone = once(child, "exit");
            child.kill("SIGKILL");
            await gone;
            client.close();
        },
    };
}
