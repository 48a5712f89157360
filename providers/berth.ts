import { version } from "../package.json";
import { dataFolder } from "./resources/dataFolder";
import { hostReady } from "./resources/hostReady";
import { job } from "./resources/job";
import { keyPair } from "./resources/keyPair";
import { postgresDatabase } from "./resources/postgresDatabase";
import { ready } from "./resources/ready";
import { route } from "./resources/route";
import { secretVolume } from "./resources/secretVolume";
import { takeover } from "./resources/takeover";
import { connectEngine, EngineServices } from "./engine/services";
import { ProviderDefinition } from "./server/server";

/** The provider `berth`: what `@pulumi/docker` has no resource for. */
export const definition: ProviderDefinition<EngineServices> = {
    version,
    kinds: [keyPair, hostReady, dataFolder, job, ready, route, takeover, secretVolume, postgresDatabase],
    connect: connectEngine,
};
