import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { checkAppName } from "../../lib/fly";
import { Problem, refuse } from "../../lib/problems";
import { fly } from "../../providers/sdk";
import { postgresImage } from "../images";
import { checkVersion, databaseOn, Databases, PASSWORD, POSTGRES } from "../dataServers";
import { Database, PostgresArgs, PostgresServer } from "../platform";
import { checkSnapshot, createDataServer } from "./dataServer";
import { checkSize } from "./guest";
import { Placement } from "./placement";

/** A new file system has a folder of its own at its root, which PostgreSQL does not take for an empty one. */
const MOUNT = "/var/lib/postgresql/data";

/**
 * A PostgreSQL server as an app on Fly: one machine with a volume, the official image, what Fly calls unmanaged. Nobody but
 * this stack looks after it: Fly takes a snapshot of its volume each day, and there is no second machine to take over. With
 * `existing` it is a server that another stack owns, and nothing but its databases is made. It is reached from the
 * organization's private network only, which Fly encrypts.
 */
export class FlyPostgres extends pulumi.ComponentResource implements PostgresServer {
    readonly host: string;
    readonly port = POSTGRES.port;
    /** Commands of flyctl for whoever looks after it. */
    readonly commands: Readonly<Record<string, string>>;
    private readonly appName: string;
    private readonly machine: fly.Machine | undefined;
    private readonly databases: Databases;

    constructor(
        private readonly name: string,
        private readonly args: PostgresArgs,
        private readonly placement: Placement,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("berth:index:FlyPostgres", name, {}, opts);
        refuse(`Postgres "${name}"`, validateFlyPostgres(args));
        this.machine = args.existing === undefined ? this.createServer() : undefined;
        this.appName = args.existing ?? placement.appName(name);
        this.host = `${this.appName}.internal`;
        this.commands = { console: `fly ssh console -a ${this.appName} -C "psql -U postgres"` };
        this.databases = new Databases(name, (database, fullName) => this.createDatabase(database, fullName));
        this.registerOutputs({ host: this.host });
    }

    database(name: string): Database {
        return this.databases.get(name);
    }

    private createServer(): fly.Machine {
        const { version, snapshot, limits } = this.args;
        const password = this.createPassword(`${this.name}-password`);
        return createDataServer(
            this.name,
            {
                image: postgresImage(version),
                port: POSTGRES.port,
                env: { PGDATA: `${MOUNT}/pgdata` },
                secrets: { POSTGRES_PASSWORD: password.result },
                dataPath: MOUNT,
                snapshot,
                // Ends sessions and writes everything down.
                stop: { signal: "SIGINT", timeoutSeconds: 60 },
                limits,
            },
            this.placement,
            this,
        ).machine;
    }

    /** On a server of another stack the name says whose it is. */
    private createDatabase(database: string, name: string): Database {
        const own = this.args.existing === undefined ? database : database + this.placement.databaseSuffix;
        const made = new fly.PostgresDatabase(
            name,
            {
                app: this.appName,
                database: own,
                user: own,
                password: this.createPassword(`${name}-password`).result,
            },
            { parent: this, dependsOn: this.machine },
        );
        return databaseOn(this.host, made);
    }

    private createPassword(name: string): random.RandomPassword {
        return new random.RandomPassword(name, PASSWORD, { parent: this, protect: this.placement.protect });
    }
}

/** All that is wrong with a server's arguments. */
function validateFlyPostgres({ version, existing, snapshot, publish, limits }: PostgresArgs): Problem[] {
    return [
        ...checkVersion(version, POSTGRES.versions),
        ...(existing === undefined ? [] : checkAppName("args.existing", existing)),
        ...(existing !== undefined && snapshot !== undefined
            ? [
                  {
                      path: "args.snapshot",
                      message: "fills a server of its own: only one of existing and snapshot",
                  },
              ]
            : checkSnapshot(snapshot)),
        ...checkUnpublished(publish, POSTGRES.port),
        ...checkSize(limits),
    ];
}

/** A port on the loopback address is a matter of an engine. */
export function checkUnpublished(publish: number | undefined, port: number): Problem[] {
    return publish === undefined
        ? []
        : [
              {
                  path: "args.publish",
                  message: "is not to be had on Fly",
                  fix: `fly proxy ${port} -a <app> leads a port of one's own machine there`,
              },
          ];
}
