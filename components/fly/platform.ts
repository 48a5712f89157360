import * as pulumi from "@pulumi/pulumi";
import { checkAppName, checkRegion, Region } from "../../lib/fly";
import { checkName } from "../../lib/names";
import { checkNumber } from "../../lib/numbers";
import { Problem, refuse } from "../../lib/problems";
import { fly } from "../../providers/sdk";
import { imageOf } from "../images";
import {
    App,
    AppArgs,
    Place,
    Platform,
    PostgresArgs,
    PostgresServer,
    Redis as RedisServer,
    RedisArgs,
} from "../platform";
import { RouteClaims } from "../routeClaims";
import { FlyApp } from "./app";
import { Placement } from "./placement";
import { FlyPostgres } from "./postgres";
import { FlyRedis } from "./redis";

/** An organization on Fly, and what things are called there. */
export interface FlyPlatformArgs {
    /** Slug of the organization. A change replaces everything. @default "personal" */
    organization?: string;
    /** Code of the region. A change moves apps by a release, and replaces servers for data. @default "iad" */
    region?: Region;
    /**
     * End of the names of apps, which are unique across all of Fly: `-staging`. A change replaces everything.
     * @default none
     */
    suffix?: string;
    /** Token that may change the organization's apps. Kept secret. @default the variable FLY_API_TOKEN */
    token?: pulumi.Input<string>;
    /** Where the Machines API is. @default the variable FLY_API_URL, else Fly's own */
    baseUrl?: string;
    /** Whether passwords and servers for data refuse to be deleted or replaced. @default true */
    protect?: boolean;
    /** What is pulled for the images that the components name, as a lock file has it. @default each image's own reference */
    images?: Record<string, string>;
    /** How long new and old machines of an app serve side by side in a release, in seconds. @default 10 */
    settleSeconds?: number;
    /** How long old machines then have for what they are busy with, in seconds. @default 10 */
    drainSeconds?: number;
}

/** Fly as a platform: one app for each app and each server for data, in one region of one organization. */
export class FlyPlatform extends pulumi.ComponentResource implements Platform {
    private readonly placement: Placement;
    private readonly provider: fly.FlyProvider;
    private readonly apps: FlyApp[] = [];
    private readonly claims = new RouteClaims();

    constructor(name: string, args: FlyPlatformArgs, opts?: pulumi.ComponentResourceOptions) {
        super("berth:index:FlyPlatform", name, {}, opts);
        refuse(`Platform "${name}"`, validateFlyPlatform(args));
        const { organization = "personal", region = "iad", suffix = "", protect = true } = args;
        const { token, baseUrl, settleSeconds, drainSeconds, images } = args;
        this.provider = new fly.FlyProvider("fly", { token, baseUrl }, { parent: this });
        this.placement = {
            organization,
            region,
            protect,
            settleSeconds,
            drainSeconds,
            appName: (part) => part + suffix,
            databaseSuffix: suffix.replaceAll("-", "_"),
            imageOf: (reference) => imageOf(images, reference),
        };
        this.registerOutputs();
    }

    forSystem(system: string): Place {
        const apps: AppsOfAll = {
            claims: this.claims,
            add: (app) => this.apps.push(app),
        };
        return new FlyPlace(system, this.placement, apps, { parent: this, providers: [this.provider] });
    }

    /** Apps with routes that were placed so far. */
    publicApps(): readonly FlyApp[] {
        return this.apps.filter(({ addresses }) => addresses !== undefined);
    }
}

/** What a platform keeps of the apps of all its systems. */
interface AppsOfAll {
    readonly claims: RouteClaims;
    add(app: FlyApp): void;
}

/** All that is wrong with a platform's arguments. */
function validateFlyPlatform(args: FlyPlatformArgs): Problem[] {
    const { region, suffix = "", settleSeconds, drainSeconds } = args;
    return [
        ...(region === undefined ? [] : checkRegion("args.region", region)),
        ...(suffix === "" ? [] : checkAppName("args.suffix", `app${suffix}`)),
        ...checkNumber("args.settleSeconds", settleSeconds, { min: 0 }),
        ...checkNumber("args.drainSeconds", drainSeconds, { min: 0 }),
    ];
}

/** One system's place on Fly: its name in front of every other. */
class FlyPlace extends pulumi.ComponentResource implements Place {
    constructor(
        private readonly system: string,
        private readonly placement: Placement,
        private readonly apps: AppsOfAll,
        opts: pulumi.ComponentResourceOptions,
    ) {
        super("berth:index:System", system, {}, opts);
        refuse("Platform", checkName("system", system));
        this.registerOutputs();
    }

    app(name: string, args: AppArgs, opts?: pulumi.ComponentResourceOptions): App {
        const fullName = this.nameOf(name);
        // Asked before anything of the app is made.
        this.apps.claims.claim(this.placement.appName(fullName), args.routes ?? []);
        const app = new FlyApp(fullName, args, this.placement, this.optionsOf(opts));
        this.apps.add(app);
        return app;
    }

    postgres(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions): PostgresServer {
        return new FlyPostgres(this.nameOf(name), args, this.placement, this.optionsOf(opts));
    }

    redis(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions): RedisServer {
        return new FlyRedis(this.nameOf(name), args, this.placement, this.optionsOf(opts));
    }

    private nameOf(name: string): string {
        const fullName = `${this.system}-${name}`;
        refuse(`System "${this.system}"`, [
            ...checkName("name", name),
            ...checkAppName("name", this.placement.appName(fullName)),
        ]);
        return fullName;
    }

    private optionsOf(opts?: pulumi.ComponentResourceOptions): pulumi.ComponentResourceOptions {
        return { parent: this, ...opts };
    }
}
