import { version } from "../../package.json";
import { pulumiSchema } from "../schema/package";
import { ProviderDefinition } from "../server/server";
import { app } from "./resources/app";
import { certificate } from "./resources/certificate";
import { ipAddress } from "./resources/ipAddress";
import { machine } from "./resources/machine";
import { machineGroup } from "./resources/machineGroup";
import { postgresDatabase } from "./resources/postgresDatabase";
import { secrets } from "./resources/secrets";
import { volume } from "./resources/volume";
import { flyPackage } from "./schema";
import { checkFlyConfig, connectFly, FlyServices } from "./services";

/** The provider `fly`. */
export const definition: ProviderDefinition<FlyServices> = {
    version,
    kinds: [app, machineGroup, machine, volume, secrets, ipAddress, certificate, postgresDatabase],
    schema: () => JSON.stringify(pulumiSchema(flyPackage)),
    checkConfig: checkFlyConfig,
    connect: (config) => connectFly(config),
};
