import { Database, PostgresVersion, Redis, RedisVersion } from "../../components/platform";
import { Secret, valueOf } from "../support/graph";
import { placedList, recordPlaced } from "../support/platform";

const DATA_NETWORK = { name: "t-shop-data", aliases: ["shop-postgres"] };

describe("a Postgres server", () => {
    it("is a container on a volume with its password in a file, and nothing else", async () => {
        const graph = await recordPlaced((here) => here.postgres("postgres", { version: 16 }));
        expect(placedList(graph)).toEqual([
            "berth:index:Postgres shop-postgres",
            "berth:index:Ready shop-postgres-ready",
            "berth:index:SecretVolume shop-postgres-secrets",
            "docker:index/container:Container shop-postgres",
            "docker:index/remoteImage:RemoteImage shop-postgres-image",
            "docker:index/volume:Volume shop-postgres-data",
            "random:index/randomPassword:RandomPassword shop-postgres-password",
        ]);
    });

    it("is reached from the system's own network only, and publishes no port", async () => {
        const { inputs, options } = (
            await recordPlaced((here) => here.postgres("postgres", { version: 16 }))
        ).node("shop-postgres", "docker:index/container:Container");
        expect(inputs).toMatchObject({
            name: "t-shop-postgres",
            image: "id of postgres:16",
            envs: ["POSTGRES_PASSWORD_FILE=/run/secrets/password"],
            networksAdvanced: [DATA_NETWORK],
            volumes: [
                { volumeName: "t-shop-postgres-data", containerPath: "/var/lib/postgresql/data" },
                { volumeName: "t-shop-postgres-secrets-auto", containerPath: "/run/secrets", readOnly: true },
            ],
            restart: "unless-stopped",
            destroyGraceSeconds: 60,
        });
        expect(inputs).not.toHaveProperty("ports");
        expect(options.deleteBeforeReplace).toBe(true);
    });

    it("stands on an internal network", async () => {
        const graph = await recordPlaced((here) => here.postgres("postgres", { version: 16 }));
        expect(graph.node("shop-data").inputs).toMatchObject({ name: "t-shop-data", internal: true });
        expect(graph.node("edge").inputs).not.toHaveProperty("internal");
    });

    it("never holds a password in clear", async () => {
        const graph = await recordPlaced(
            (here) => here.postgres("postgres", { version: 16 }).database("shop").url,
        );
        expect(graph.node("shop-postgres-secrets").inputs.files).toEqual(
            new Secret({ password: "<shop-postgres-password>" }),
        );
        expect(graph.node("shop-postgres-shop").inputs).toEqual({
            server: "shop-postgres-id",
            database: "shop",
            user: "shop",
            password: new Secret("<shop-postgres-shop-password>"),
        });
    });

    it("gives each database a user of its own, made after the server answers, once", async () => {
        const databases: Database[] = [];
        const graph = await recordPlaced((here) => {
            const server = here.postgres("postgres", { version: 16 });
            databases.push(server.database("auth"), server.database("video_vault"), server.database("auth"));
            return databases.map(({ url }) => url);
        });
        expect(placedList(graph).filter((each) => each.startsWith("berth:index:PostgresDatabase"))).toEqual([
            "berth:index:PostgresDatabase shop-postgres-auth",
            "berth:index:PostgresDatabase shop-postgres-video-vault",
        ]);
        expect(graph.node("shop-postgres-auth").options.dependencies).toContain("shop-postgres-ready");
        expect(await Promise.all(databases.map(({ url }) => valueOf(url)))).toEqual([
            "postgresql://auth:<shop-postgres-auth-password>@shop-postgres:5432/auth",
            "postgresql://video_vault:<shop-postgres-video-vault-password>@shop-postgres:5432/video_vault",
            "postgresql://auth:<shop-postgres-auth-password>@shop-postgres:5432/auth",
        ]);
    });

    it("is published on the loopback address only, over a network of its own", async () => {
        const graph = await recordPlaced((here) => here.postgres("postgres", { version: 16, publish: 5432 }));
        const { inputs } = graph.node("shop-postgres", "docker:index/container:Container");
        expect(inputs.ports).toEqual([{ internal: 5432, external: 5432, ip: "127.0.0.1", protocol: "tcp" }]);
        expect(inputs.networksAdvanced).toEqual([DATA_NETWORK, { name: "t-shop-postgres-publish" }]);
    });

    it("protects the volume and the passwords, never the container", async () => {
        const graph = await recordPlaced(
            (here) => here.postgres("postgres", { version: 16 }).database("shop").url,
            {
                protect: true,
            },
        );
        const guarded = graph.nodes.filter(({ options }) => options.protect).map(({ name }) => name);
        expect(guarded.sort()).toEqual([
            "shop-postgres-data",
            "shop-postgres-password",
            "shop-postgres-shop-password",
        ]);
    });

    it("refuses what it cannot run, all at once", async () => {
        const version = 18 as PostgresVersion;
        await expect(
            recordPlaced((here) =>
                here.postgres("postgres", {
                    version,
                    existing: "their-db",
                    snapshot: "vs_1",
                    publish: 0,
                    limits: { cpus: 0 },
                }),
            ),
        ).rejects.toThrow(
            [
                'Postgres "shop-postgres": 5 problems, nothing was touched.',
                "  args.publish: 0 is not allowed: a whole number from 1 to 65535",
                "  args.limits.cpus: 0 is not allowed: a number of at least 0.01",
                "  args.version: 18 is not supported: one of 16, 17",
                "  args.existing: \"their-db\" is another stack's: a server on a Docker engine is its system's own",
                "  args.snapshot: is not to be had on a Docker engine: it is one of a volume at Fly",
            ].join("\n"),
        );
        await expect(
            recordPlaced((here) => here.postgres("postgres", { version: 16 }).database("Auth-DB")),
        ).rejects.toThrow('database: "Auth-DB" is no database identifier');
    });
});

describe("a Redis server", () => {
    it("keeps its data with an append-only file, and its password in its configuration", async () => {
        let redis: Redis | undefined;
        const graph = await recordPlaced((here) => (redis = here.redis("redis", {})).url);
        expect(placedList(graph)).toEqual([
            "berth:index:Ready shop-redis-ready",
            "berth:index:Redis shop-redis",
            "berth:index:SecretVolume shop-redis-secrets",
            "docker:index/container:Container shop-redis",
            "docker:index/remoteImage:RemoteImage shop-redis-image",
            "docker:index/volume:Volume shop-redis-data",
            "random:index/randomPassword:RandomPassword shop-redis-password",
        ]);
        expect(graph.node("shop-redis-secrets").inputs.files).toEqual(
            new Secret({
                password: "<shop-redis-password>",
                "redis.conf": "dir /data\nappendonly yes\nrequirepass <shop-redis-password>\n",
            }),
        );
        const { inputs } = graph.node("shop-redis", "docker:index/container:Container");
        expect(inputs).toMatchObject({
            image: "id of redis:7",
            command: ["redis-server", "/run/secrets/redis.conf"],
            networksAdvanced: [{ name: "t-shop-data", aliases: ["shop-redis"] }],
        });
        expect(inputs).not.toHaveProperty("ports");
        expect(JSON.stringify(inputs)).not.toContain("<shop-redis-password>");
        expect(redis && (await valueOf(redis.url))).toBe("redis://:<shop-redis-password>@shop-redis:6379");
    });

    it("refuses a version that it cannot run", async () => {
        const version = 6 as RedisVersion;
        await expect(
            recordPlaced((here) => here.redis("redis", { version, snapshot: "vs_1" })),
        ).rejects.toThrow(
            [
                'Redis "shop-redis": 2 problems, nothing was touched.',
                "  args.version: 6 is not supported: one of 7",
                "  args.snapshot: is not to be had on a Docker engine: it is one of a volume at Fly",
            ].join("\n"),
        );
    });
});
