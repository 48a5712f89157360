import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { checkPort } from "../../lib/numbers";
import { Problem, refuse } from "../../lib/problems";
import { Redis as RedisServer, RedisArgs, RedisVersion } from "../platform";
import { checkNoSnapshot, createDataServer } from "./dataServer";
import { Placement } from "./engine";
import { redisImage } from "../images";
import { checkLimits } from "./limits";

const PORT = 6379;
const VERSIONS: readonly RedisVersion[] = [7];
const DEFAULT_VERSION: RedisVersion = 7;

/**
 * A Redis server in a container: append-only file on, a data volume that outlives it, a generated password in a
 * configuration file that only the server's user can read.
 */
export class Redis extends pulumi.ComponentResource implements RedisServer {
    readonly host: string;
    readonly port = PORT;
    readonly password: pulumi.Output<string>;
    readonly url: pulumi.Output<string>;

    constructor(name: string, args: RedisArgs, placement: Placement, opts?: pulumi.ComponentResourceOptions) {
        super("berth:index:Redis", name, {}, opts);
        refuse(`Redis "${name}"`, validateRedis(args));
        const password = new random.RandomPassword(
            `${name}-password`,
            { length: 32, special: false },
            { parent: this, protect: placement.engine.protect },
        );
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
export function validateRedis(args: RedisArgs): Problem[] {
    const problems = [...checkPort("args.publish", args.publish), ...checkLimits(args.limits)];
    if (args.version !== undefined && !VERSIONS.includes(args.version)) {
        problems.push({
            path: "args.version",
            message: `${String(args.version)} is not supported: one of ${VERSIONS.join(", ")}`,
        });
    }
    return [...problems, ...checkNoSnapshot(args.snapshot)];
}

function serverArgs(
    args: RedisArgs,
    password: pulumi.Output<string>,
): Parameters<typeof createDataServer>[1] {
    return {
        image: redisImage(args.version ?? DEFAULT_VERSION),
        port: PORT,
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
