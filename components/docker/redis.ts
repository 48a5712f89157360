import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { checkPort } from "../../lib/numbers";
import { Problem, refuse } from "../../lib/problems";
import { checkVersion, PASSWORD, REDIS } from "../dataServers";
import { Redis as RedisServer, RedisArgs } from "../platform";
import { checkNoSnapshot, createDataServer } from "./dataServer";
import { Placement } from "./engine";
import { redisImage } from "../images";
import { checkLimits } from "./limits";

/**
 * A Redis server in a container: append-only file on, a data volume that outlives it, a generated password in a
 * configuration file that only the server's user can read.
 */
export class Redis extends pulumi.ComponentResource implements RedisServer {
    readonly host: string;
    readonly port = REDIS.port;
    readonly password: pulumi.Output<string>;
    readonly url: pulumi.Output<string>;

    constructor(name: string, args: RedisArgs, placement: Placement, opts?: pulumi.ComponentResourceOptions) {
        super("berth:index:Redis", name, {}, opts);
        refuse(`Redis "${name}"`, validateRedis(args));
        const password = new random.RandomPassword(`${name}-password`, PASSWORD, {
            parent: this,
            protect: placement.engine.protect,
        });
        const server = createDataServer(name, serverArgs(args, password.result), placement, this);
        this.host = name;
        // Known only once the server answers, so that whoever uses it waits.
        this.password = pulumi.secret(
            pulumi.all([password.result, server.ready.id]).apply(([result]) => result),
        );
        this.url = pulumi.secret(pulumi.interpolate`redis://:${this.password}@${this.host}:${this.port}`);
        this.registerOutputs({ host: this.host });
    }
}

/** All that is wrong with a server's arguments. */
function validateRedis(args: RedisArgs): Problem[] {
    return [
        ...checkPort("args.publish", args.publish),
        ...checkLimits(args.limits),
        ...checkVersion(args.version ?? REDIS.defaultVersion, REDIS.versions),
        ...checkNoSnapshot(args.snapshot),
    ];
}

function serverArgs(
    args: RedisArgs,
    password: pulumi.Output<string>,
): Parameters<typeof createDataServer>[1] {
    return {
        image: redisImage(args.version ?? REDIS.defaultVersion),
        port: REDIS.port,
        command: ["redis-server", "/run/secrets/redis.conf"],
        dataPath: "/data",
        secretFiles: { password, "redis.conf": configuration(password) },
        user: "redis",
        // The password goes through the environment: the process list shows arguments.
        test: `REDISCLI_AUTH="$(cat /run/secrets/password)" redis-cli ping | grep -q PONG`,
        publish: args.publish,
        limits: args.limits,
        stopGraceSeconds: 30,
    };
}

function configuration(password: pulumi.Output<string>): pulumi.Output<string> {
    return pulumi.interpolate`dir /data\nappendonly yes\nrequirepass ${password}\n`;
}
