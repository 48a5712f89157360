import { unknownValue } from "@pulumi/pulumi/runtime/rpc";
import { FlyPlatform, FlyPlatformArgs } from "../../components/fly/platform";
import { Region } from "../../lib/fly";
import { Place } from "../../components/platform";
import { Graph, record, Secret, valueOf } from "../support/graph";
import { FLY_PLATFORM_RESOURCES, recordOnFly } from "../support/flyPlaced";

const MACHINE = "fly:index:Machine";

function everything(args: Partial<FlyPlatformArgs> = {}, preview = false): Promise<Graph> {
    const place = (here: Place) => {
        const database = here.postgres("db", { version: 16 }).database("shop");
        const redis = here.redis("redis", {});
        const web = here.app("web", {
            image: "team/web:1.0.0",
            port: 80,
            env: { DB_HOST: database.host },
            secrets: { DATABASE_URL: database.url, REDIS_URL: redis.url },
            secretFiles: { key: "k" },
            routes: [{ host: "a.example" }],
        });
        return [web.urls, web.containers];
    };
    return recordOnFly(place, args, { preview });
}

describe("a platform on Fly", () => {
    it("is a provider, and nothing at all for a system", async () => {
        expect((await recordOnFly(() => undefined)).list()).toEqual(FLY_PLATFORM_RESOURCES);
    });

    it("hands the provider its token as a secret, and is asked for none", async () => {
        const named = await recordOnFly(() => undefined, {
            token: "fm2_hush",
            baseUrl: "http://127.0.0.1:4280",
        });
        expect(named.node("fly", "pulumi:providers:fly").inputs).toEqual({
            token: new Secret("fm2_hush"),
            baseUrl: "http://127.0.0.1:4280",
        });
        expect((await recordOnFly(() => undefined)).node("fly", "pulumi:providers:fly").inputs).toEqual({});
    });

    it("makes everything by its own provider", async () => {
        const resources = (await everything()).nodes.filter(({ type }) => type.startsWith("fly:"));
        expect(resources.length).toBeGreaterThan(10);
        expect(new Set(resources.map(({ options }) => options.provider))).toEqual(new Set(["fly"]));
    });

    it("registers in its first preview, when nothing is there, what it registers later", async () => {
        const preview = await everything({}, true);
        expect(preview.list()).toEqual((await everything()).list());
        expect(preview.node("shop-web-machines").inputs.secretsVersion).toBe(unknownValue);
        expect(preview.node("shop-db", MACHINE).inputs.mounts).toEqual([
            { volume: unknownValue, path: "/var/lib/postgresql/data" },
        ]);
        // What is made of unknown parts is unknown as a whole, and secret all the same.
        expect(preview.node("shop-web-secrets").inputs.values).toEqual(new Secret(unknownValue));
    });

    it("names apps of another environment apart, and keeps the resources' names", async () => {
        const [plain, other] = [await everything(), await everything({ suffix: "-qa" })];
        expect(other.list()).toEqual(plain.list());
        const apps = other.nodes.filter(({ type }) => type === "fly:index:App");
        expect(apps.map(({ name, inputs }) => [name, inputs.name]).sort()).toEqual([
            ["shop-db", "shop-db-qa"],
            ["shop-redis", "shop-redis-qa"],
            ["shop-web", "shop-web-qa"],
        ]);
        // On a server of its own a database needs no other name.
        expect(other.node("shop-db-shop").inputs).toMatchObject({ app: "shop-db-qa", database: "shop" });
        expect(other.node("shop-web-secrets").inputs.values).toEqual(
            new Secret({
                DATABASE_URL: "postgresql://shop:<shop-db-shop-password>@shop-db-qa.internal:5432/shop",
                REDIS_URL: "redis://:<shop-redis-password>@shop-redis-qa.internal:6379",
                FILE_KEY: "aw==",
            }),
        );
    });

    it("takes organization and region for all, and times of a release", async () => {
        const graph = await everything({
            organization: "team",
            region: "fra",
            settleSeconds: 0,
            drainSeconds: 60,
        });
        const apps = graph.nodes.filter(({ type }) => type === "fly:index:App");
        expect(apps.map(({ inputs }) => inputs.organization)).toEqual(["team", "team", "team"]);
        expect(graph.node("shop-web-machines").inputs).toMatchObject({
            config: { env: { PRIMARY_REGION: "fra" } },
            regions: { fra: 1 },
            settleSeconds: 0,
            drainSeconds: 60,
        });
        for (const name of ["shop-db", "shop-redis"]) {
            expect(graph.node(name, MACHINE).inputs).toMatchObject({
                region: "fra",
                config: { env: { PRIMARY_REGION: "fra" } },
            });
            expect(graph.node(`${name}-data`).inputs.region).toBe("fra");
        }
    });

    it("runs locked images of its own, all of them or none", async () => {
        const images = { "postgres:16": "postgres:16.4", "redis:7": `redis@sha256:${"0".repeat(64)}` };
        const graph = await everything({ images });
        const imageOf = (name: string) =>
            (graph.node(name, MACHINE).inputs.config as { image: string }).image;
        expect([imageOf("shop-db"), imageOf("shop-redis")]).toEqual([
            images["postgres:16"],
            images["redis:7"],
        ]);
        await expect(everything({ images: { "redis:7": "redis:7.4.1" } })).rejects.toThrow(
            "npm run images -- update postgres:16",
        );
    });

    it("protects what holds data unless it is told not to; never what a release replaces", async () => {
        const { nodes } = await record(() => {
            const here = new FlyPlatform("fly-platform", {}).forSystem("shop");
            here.app("web", { image: "x", port: 80, routes: [{ host: "a.example" }] });
            return here.postgres("db", { version: 16 }).database("shop").url;
        });
        const guarded = nodes.filter(({ options }) => options.protect).map(({ type, name }) => [type, name]);
        expect(guarded.sort()).toEqual([
            ["fly:index:App", "shop-db"],
            ["fly:index:Volume", "shop-db-data"],
            ["random:index/randomPassword:RandomPassword", "shop-db-password"],
            ["random:index/randomPassword:RandomPassword", "shop-db-shop-password"],
        ]);
    });

    it("knows the apps that the world reaches, their addresses and the hosts that have to lead there", async () => {
        const platforms: FlyPlatform[] = [];
        await recordOnFly((here, platform) => {
            platforms.push(platform);
            here.app("jobs", { image: "x" });
            const hosts = ["shop-web.fly.dev", "a.example"];
            return here.app("web", { image: "x", port: 80, routes: hosts.map((host) => ({ host })) }).urls;
        });
        const [web, ...others] = platforms[0]?.publicApps() ?? [];
        expect(others).toEqual([]);
        expect([web?.appName, web?.addresses?.hosts]).toEqual(["shop-web", ["a.example"]]);
        expect(
            web?.addresses && [await valueOf(web.addresses.ipv4), await valueOf(web.addresses.ipv6)],
        ).toEqual(["203.0.113.66", "2001:db8:66::1"]);
    });

    it("refuses a second claim of a host, whichever system makes it, before anything of the app is made", async () => {
        const args = { image: "x", port: 80, routes: [{ host: "a.example" }] };
        const made: string[] = [];
        const program = () => {
            const platform = new FlyPlatform("fly-platform", { suffix: "-qa" });
            platform.forSystem("one").app("web", args);
            try {
                platform.forSystem("two").app("web", args);
            } finally {
                made.push(...platform.publicApps().map(({ appName }) => appName));
            }
        };
        await expect(record(program)).rejects.toThrow(
            'App "two-web-qa": 1 problem, nothing was touched.\n  two-web-qa: claims a.example/, which one-web-qa already has',
        );
        expect(made).toEqual(["one-web-qa"]);
    });

    it("refuses settings that cannot be, all at once", async () => {
        const region = "mars" as Region;
        await expect(
            record(
                () =>
                    new FlyPlatform("fly-platform", {
                        region,
                        suffix: "_QA",
                        settleSeconds: -1,
                        drainSeconds: 0.5,
                    }),
            ),
        ).rejects.toThrow(
            [
                'Platform "fly-platform": 4 problems, nothing was touched.',
                '  args.region: "mars" is unknown: one of ams, arn, bom, cdg, dfw, ewr, fra, gru, iad, jnb, lax, lhr, nrt, ord, sin, sjc, syd, yyz',
                '  args.suffix: "app_QA" is no name of an app: at most 63 lower-case letters, digits and hyphens, none at either end',
                "  args.settleSeconds: -1 is not allowed: a whole number of at least 0",
                "  args.drainSeconds: 0.5 is not allowed: a whole number of at least 0",
            ].join("\n"),
        );
        await expect(record(() => new FlyPlatform("fly-platform", {}).forSystem("My Shop"))).rejects.toThrow(
            'Platform: 1 problem, nothing was touched.\n  system: "My Shop" is no name: ',
        );
    });
});
