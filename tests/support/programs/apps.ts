import * as pulumi from "@pulumi/pulumi";
import { DockerPlatform } from "../../../components/docker/platform";
import { RouterArgs } from "../../../components/docker/routerArgs";
import { AppArgs, PostgresArgs, RedisArgs } from "../../../components/platform";
import { spareStackTraces } from "../../../stacks/stackTraces";

spareStackTraces();

// The program of a temporary project: what its one setting says, on this machine's engine.
const { router, apps, postgres, redis } = new pulumi.Config().requireObject<Placed>("placed");

/** What the program places for the system `shop`, by name. */
export interface Placed {
    readonly router: RouterArgs;
    readonly apps?: Readonly<Record<string, AppArgs>>;
    readonly postgres?: Readonly<Record<string, PostgresArgs>>;
    readonly redis?: Readonly<Record<string, RedisArgs>>;
}

const platform = new DockerPlatform("platform", {
    prefix: `berth-${pulumi.getStack()}`,
    host: "unix:///var/run/docker.sock",
    router,
    protect: false,
});
const here = platform.forSystem("shop");
for (const [name, args] of Object.entries(postgres ?? {})) {
    here.postgres(name, args);
}
for (const [name, args] of Object.entries(redis ?? {})) {
    here.redis(name, args);
}
for (const [name, args] of Object.entries(apps ?? {})) {
    here.app(name, args);
}
