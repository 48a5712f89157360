import * as pulumi from "@pulumi/pulumi";
import { checkIdentifier } from "../lib/names";
import { Problem, refuse } from "../lib/problems";
import { Database, PostgresVersion, RedisVersion } from "./platform";

/** Passwords have letters and digits only, so that they stand in a URL as they are; 32 of these are 190 bits. */
export const PASSWORD = { length: 32, special: false };

/**
 * PostgreSQL on every platform, in versions whose official image keeps its data in the same place: 18 moved it.
 * Source: the image's own documentation.
 */
export const POSTGRES: { readonly port: number; readonly versions: readonly PostgresVersion[] } = {
    port: 5432,
    versions: [16, 17],
};

/** Redis on every platform. */
export const REDIS: {
    readonly port: number;
    readonly versions: readonly RedisVersion[];
    readonly defaultVersion: RedisVersion;
} = { port: 6379, versions: [7], defaultVersion: 7 };

/** Checks that a version is one of those that a server can run. */
export function checkVersion(version: number, versions: readonly number[]): Problem[] {
    return versions.includes(version)
        ? []
        : [
              {
                  path: "args.version",
                  message: `${String(version)} is not supported: one of ${versions.join(", ")}`,
              },
          ];
}

/** The databases of a server, each made when it is asked for the first time. */
export class Databases {
    private readonly made = new Map<string, Database>();

    constructor(
        private readonly server: string,
        /** Makes one, by its own name and by that of its resource. */
        private readonly make: (database: string, name: string) => Database,
    ) {}

    get(database: string): Database {
        const existing = this.made.get(database);
        if (existing) {
            return existing;
        }
        refuse(`Postgres "${this.server}"`, checkIdentifier("database", database));
        const made = this.make(database, `${this.server}-${database.replaceAll("_", "-")}`);
        this.made.set(database, made);
        return made;
    }
}

/** A database that was made, as its platform knows it. */
interface MadeDatabase {
    readonly id: pulumi.Output<string>;
    readonly database: pulumi.Output<string>;
    readonly user: pulumi.Output<string>;
    readonly password: pulumi.Output<string>;
}

/** What apps have to know of a database. Known only once it is there, so that whoever uses it waits. */
export function databaseOn(host: string, made: MadeDatabase): Database {
    const { port } = POSTGRES;
    return {
        database: made.database,
        user: made.user,
        password: made.password,
        host: made.id.apply(() => host),
        port: made.id.apply(() => port),
        url: pulumi.secret(
            pulumi.interpolate`postgresql://${made.user}:${made.password}@${host}:${port}/${made.database}`,
        ),
    };
}
