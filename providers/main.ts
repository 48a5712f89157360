import { version } from "../package.json";
import { dataFolder } from "./resources/dataFolder";
import { hostReady } from "./resources/hostReady";
import { keyPair } from "./resources/keyPair";
import { postgresDatabase } from "./resources/postgresDatabase";
import { ready } from "./resources/ready";
import { route } from "./resources/route";
import { secretVolume } from "./resources/secretVolume";
import { connectEngine, EngineServices } from "./engine/services";
import { ProviderDefinition } from "./server/server";
import { serve } from "./server/serve";

/** The provider `berth`: what `@pulumi/docker` has no resource for. */
export const definition: ProviderDefinition<EngineServices> = {
    version,
    kinds: [keyPair, hostReady, dataFolder, ready, route, secretVolume, postgresDatabase],
    connect: connectEngine,
};

/** Started by the engine, with the engine's own address; the first line of the output is the port. */
export async function main(engineAddress?: string): Promise<void> {
    const { port } = await serve(definition, engineAddress);
    process.stdout.write(`${port}\n`);
}
