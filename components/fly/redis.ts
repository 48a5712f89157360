import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { Problem, refuse } from "../../lib/problems";
import { redisImage } from "../images";
import { checkVersion, PASSWORD, REDIS } from "../dataServers";
import { PostgresArgs, Redis as RedisServer, RedisArgs } from "../platform";
import { checkSnapshot, createDataServer } from "./dataServer";
import { checkSize } from "./guest";
import { Placement } from "./placement";
import { checkUnpublished } from "./postgres";

/**
 * A Redis server as an app on Fly: one machine with a volume, append-only file on, a generated password that comes in as its
 * configuration and not as an argument. It is reached from the organization's private network only.
 */
export class FlyRedis extends pulumi.ComponentResource implements RedisServer {
    readonly host: string;
    readonly port = REDIS.port;
    readonly password: pulumi.Output<string>;
    readonly url: pulumi.Output<string>;

    constructor(name: string, args: RedisArgs, placement: Placement, opts?: pulumi.ComponentResourceOptions) {
        super("berth:index:FlyRedis", name, {}, opts);
        refuse(`Redis "${name}"`, validateFlyRedis(args));
        const password = new random.RandomPassword(`${name}-password`, PASSWORD, {
            parent: this,
            protect: placement.protect,
        });
        const { machine, appName } = createDataServer(
            name,
            {
                image: redisImage(args.version ?? REDIS.defaultVersion),
                port: REDIS.port,
                command: ["sh", "-c", START_REDIS],
                secrets: { REDIS_PASSWORD: password.result },
                dataPath: "/data",
                snapshot: args.snapshot,
                stop: { signal: "SIGTERM", timeoutSeconds: 30 },
                limits: args.limits,
            },
            placement,
            this,
        );
        this.host = `${appName}.internal`;
        // Known only once the server answers, so that whoever uses it waits.
        this.password = pulumi.secret(
            pulumi.all([password.result, machine.machineId]).apply(([result]) => result),
        );
        this.url = pulumi.secret(pulumi.interpolate`redis://:${this.password}@${this.host}:${this.port}`);
        this.registerOutputs({ host: this.host });
    }
}

/** The private network is IPv6, and the password stands in no list of processes. */
export const START_REDIS = `exec redis-server - <<END
dir /data
appendonly yes
bind * -::*
requirepass $REDIS_PASSWORD
END`;

/** All that is wrong with a server's arguments. A stack's settings know of servers, and not of which kind they are. */
function validateFlyRedis({
    version,
    existing,
    snapshot,
    publish,
    limits,
}: RedisArgs & Pick<PostgresArgs, "existing">): Problem[] {
    return [
        ...checkVersion(version ?? REDIS.defaultVersion, REDIS.versions),
        ...(existing === undefined
            ? []
            : [
                  {
                      path: "args.existing",
                      message: `"${existing}" is another stack's: a Redis server has one password, and is its system's own`,
                  },
              ]),
        ...checkSnapshot(snapshot),
        ...checkUnpublished(publish, REDIS.port),
        ...checkSize(limits),
    ];
}
