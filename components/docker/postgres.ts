import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { checkPort } from "../../lib/numbers";
import { Problem, refuse } from "../../lib/problems";
import { PostgresDatabase } from "../../providers/sdk";
import { checkVersion, databaseOn, Databases, PASSWORD, POSTGRES } from "../dataServers";
import { Database, PostgresArgs, PostgresServer } from "../platform";
import { checkNoSnapshot, createDataServer, DataServer } from "./dataServer";
import { Placement } from "./engine";
import { postgresImage } from "../images";
import { checkLimits } from "./limits";

/**
 * A PostgreSQL server in a container: a data volume that outlives it, a generated password that is handed over as a
 * file, no way in from outside the system's own network unless `publish` names a port on the host's loopback address.
 */
export class Postgres extends pulumi.ComponentResource implements PostgresServer {
    readonly host: string;
    readonly port = POSTGRES.port;
    private readonly protect: boolean;
    private readonly server: DataServer;
    private readonly databases: Databases;

    constructor(
        name: string,
        args: PostgresArgs,
        placement: Placement,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("berth:index:Postgres", name, {}, opts);
        refuse(`Postgres "${name}"`, validatePostgres(args));
        this.host = name;
        this.protect = placement.engine.protect;
        const password = new random.RandomPassword(`${name}-password`, PASSWORD, {
            parent: this,
            protect: this.protect,
        });
        this.server = createDataServer(name, serverArgs(args, password.result), placement, this);
        this.databases = new Databases(name, (database, fullName) => this.createDatabase(database, fullName));
        this.registerOutputs({ host: this.host });
    }

    database(name: string): Database {
        return this.databases.get(name);
    }

    private createDatabase(database: string, name: string): Database {
        const password = new random.RandomPassword(`${name}-password`, PASSWORD, {
            parent: this,
            protect: this.protect,
        });
        const made = new PostgresDatabase(
            name,
            { server: this.server.container.id, database, user: database, password: password.result },
            { parent: this, dependsOn: this.server.ready },
        );
        return databaseOn(this.host, made);
    }
}

/** All that is wrong with a server's arguments. */
function validatePostgres(args: PostgresArgs): Problem[] {
    const problems = [
        ...checkPort("args.publish", args.publish),
        ...checkLimits(args.limits),
        ...checkVersion(args.version, POSTGRES.versions),
    ];
    if (args.existing !== undefined) {
        problems.push({
            path: "args.existing",
            message: `"${args.existing}" is another stack's: a server on a Docker engine is its system's own`,
        });
    }
    return [...problems, ...checkNoSnapshot(args.snapshot)];
}

function serverArgs(
    args: PostgresArgs,
    password: pulumi.Input<string>,
): Parameters<typeof createDataServer>[1] {
    return {
        image: postgresImage(args.version),
        port: POSTGRES.port,
        env: ["POSTGRES_PASSWORD_FILE=/run/secrets/password"],
        dataPath: "/var/lib/postgresql/data",
        secretFiles: { password },
        user: "postgres",
        // Its socket, which its own tools use.
        scratch: ["/var/run/postgresql"],
        // Over TCP: the image's own set-up runs a first server that listens on the socket only.
        test: "pg_isready -q -h 127.0.0.1 -U postgres",
        publish: args.publish,
        limits: args.limits,
        stopGraceSeconds: 60,
    };
}
