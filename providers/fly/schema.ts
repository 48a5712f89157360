import { version } from "../../package.json";
import { PackageSchema } from "../schema/package";
import { appSchema } from "./resources/app";
import { certificateSchema } from "./resources/certificate";
import { ipAddressSchema } from "./resources/ipAddress";
import { machineSchema } from "./resources/machine";
import { machineGroupSchema } from "./resources/machineGroup";
import { postgresDatabaseSchema } from "./resources/postgresDatabase";
import { secretsSchema } from "./resources/secrets";
import { volumeSchema } from "./resources/volume";
import { CONFIG } from "./services";

/** The package `fly`: its documentation, its checks and its defaults all come from here. */
export const flyPackage: PackageSchema = {
    name: "fly",
    version,
    description: "Apps, machines and what belongs to them on Fly.io, by its Machines API.",
    config: CONFIG,
    resources: [
        appSchema,
        machineGroupSchema,
        machineSchema,
        volumeSchema,
        secretsSchema,
        ipAddressSchema,
        certificateSchema,
        postgresDatabaseSchema,
    ],
};
