import { Redis, RedisVersion } from "../../components/platform";
import { keptIn, placedOnFly, recordOnFly } from "../support/flyPlaced";
import { Secret, valueOf } from "../support/graph";

const APP = "fly:index:App";
const MACHINE = "fly:index:Machine";

describe("a Redis server on Fly", () => {
    it("is an app with one machine on a volume, whose password stands in no list of processes", async () => {
        let redis: Redis | undefined;
        const graph = await recordOnFly((here) => (redis = here.redis("redis", {})).url);
        expect(placedOnFly(graph)).toEqual([
            "berth:index:FlyRedis shop-redis",
            "fly:index:App shop-redis",
            "fly:index:Machine shop-redis",
            "fly:index:Secrets shop-redis-secrets",
            "fly:index:Volume shop-redis-data",
            "random:index/randomPassword:RandomPassword shop-redis-password",
        ]);
        const { inputs } = graph.node("shop-redis", MACHINE);
        expect(inputs).toMatchObject({
            config: {
                image: "redis:7",
                command: [
                    "sh",
                    "-c",
                    "exec redis-server - <<END\ndir /data\nappendonly yes\nbind * -::*\nrequirepass $REDIS_PASSWORD\nEND",
                ],
                checks: { "shop-redis": { type: "tcp", port: 6379 } },
                stop: { signal: "SIGTERM", timeoutSeconds: 30 },
            },
            mounts: [{ volume: "<volume of shop-redis-data>", path: "/data" }],
        });
        expect(inputs.config).not.toHaveProperty("services");
        expect(JSON.stringify(inputs)).not.toContain("<shop-redis-password>");
        expect(graph.node("shop-redis-secrets").inputs.values).toEqual(
            new Secret({ REDIS_PASSWORD: "<shop-redis-password>" }),
        );
        expect(redis && (await valueOf(redis.url))).toBe(
            "redis://:<shop-redis-password>@shop-redis.internal:6379",
        );
    });

    it("is waited for by whoever uses it", async () => {
        const graph = await recordOnFly((here) => {
            const { url, password } = here.redis("redis", {});
            return ["one", "two"].map(
                (name, index) =>
                    here.app(name, { image: "x", secrets: { REDIS: index === 0 ? url : password } })
                        .containers,
            );
        });
        for (const name of ["one", "two"]) {
            expect(graph.node(`shop-${name}-secrets`).options.dependencies).toEqual(
                [`shop-${name}`, "shop-redis", "shop-redis-password"].sort(),
            );
        }
    });

    it("keeps app, disk and password as Postgres does", async () => {
        const graph = await recordOnFly((here) => here.redis("redis", {}).url, { protect: true });
        expect(keptIn(graph)).toEqual({
            protected: ["App shop-redis", "RandomPassword shop-redis-password", "Volume shop-redis-data"],
            retained: ["App shop-redis", "Volume shop-redis-data"],
        });
        expect(graph.node("shop-redis", APP).options.protect).toBe(true);
        expect(graph.node("shop-redis", MACHINE).options.protect).toBeUndefined();
    });

    it("refuses what it cannot run, all at once, and a server of another stack", async () => {
        const args = {
            version: 6 as RedisVersion,
            existing: "their-redis",
            snapshot: "yesterday",
            publish: 6379,
            limits: { cpus: 5 },
        };
        await expect(recordOnFly((here) => here.redis("redis", args))).rejects.toThrow(
            [
                'Redis "shop-redis": 5 problems, nothing was touched.',
                "  args.version: 6 is not supported: one of 7",
                "  args.existing: \"their-redis\" is another stack's: a Redis server has one password, and is its system's own",
                '  args.snapshot: "yesterday" is no snapshot\'s id: "vs_" and letters and digits',
                "      fly volumes snapshots list <volume's id>",
                "  args.publish: is not to be had on Fly",
                "      fly proxy 6379 -a <app> leads a port of one's own machine there",
                "  args.limits.cpus: 5 is not to be had: shared machines have 1, 2, 4, 6, 8",
            ].join("\n"),
        );
    });
});
