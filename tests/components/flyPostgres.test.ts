import { Database, Place, PostgresServer, PostgresVersion } from "../../components/platform";
import { keptIn, placedOnFly, recordOnFly } from "../support/flyPlaced";
import { Secret, valueOf } from "../support/graph";

const MACHINE = "fly:index:Machine";

const server = (here: Place): PostgresServer => here.postgres("db", { version: 16 });

describe("a Postgres server on Fly", () => {
    it("is an app with one machine on a volume and its password, without an address, and nothing else", async () => {
        expect(placedOnFly(await recordOnFly(server))).toEqual([
            "berth:index:FlyPostgres shop-db",
            "fly:index:App shop-db",
            "fly:index:Machine shop-db",
            "fly:index:Secrets shop-db-secrets",
            "fly:index:Volume shop-db-data",
            "random:index/randomPassword:RandomPassword shop-db-password",
        ]);
    });

    it("runs the official image, ends its sessions when it is stopped, and no proxy leads to it", async () => {
        const graph = await recordOnFly(server);
        const { inputs, options } = graph.node("shop-db", MACHINE);
        expect(inputs).toEqual({
            app: "shop-db",
            region: "iad",
            config: {
                image: "postgres:16",
                env: { PRIMARY_REGION: "iad", PGDATA: "/var/lib/postgresql/data/pgdata" },
                guest: { cpuKind: "shared", cpus: 1, memoryMb: 256 },
                checks: { "shop-db": { type: "tcp", port: 5432, intervalSeconds: 15, timeoutSeconds: 5 } },
                restart: { policy: "always" },
                stop: { signal: "SIGINT", timeoutSeconds: 60 },
            },
            mounts: [{ volume: "<volume of shop-db-data>", path: "/var/lib/postgresql/data" }],
            secretsVersion: 7,
        });
        // Its app, its disk, and its password, which it reads once, when the disk is empty.
        expect(options.dependencies).toEqual(["shop-db", "shop-db-data", "shop-db-secrets"]);
    });

    it("has a disk whose daily snapshots are kept for 30 days", async () => {
        const { inputs, options } = (await recordOnFly(server)).node("shop-db-data");
        expect(inputs).toEqual({
            app: "shop-db",
            region: "iad",
            sizeGb: 10,
            snapshotRetentionDays: 30,
        });
        // One that was extended by hand stays as large as it is.
        expect(options.ignoreChanges).toEqual(["sizeGb"]);
    });

    it("fills its disk from a snapshot that is named", async () => {
        const graph = await recordOnFly((here) => [
            here.postgres("db", { version: 16, snapshot: "vs_A1b2" }).database("shop").url,
            here.redis("redis", { snapshot: "vs_C3d4" }).url,
        ]);
        expect(graph.node("shop-db-data").inputs.snapshotId).toBe("vs_A1b2");
        expect(graph.node("shop-redis-data").inputs.snapshotId).toBe("vs_C3d4");
    });

    it("has the size that its limits say", async () => {
        const graph = await recordOnFly((here) =>
            here.postgres("db", { version: 17, limits: { cpus: 2, memoryMb: 2048 } }),
        );
        expect(graph.node("shop-db", MACHINE).inputs.config).toMatchObject({
            image: "postgres:17",
            guest: { cpuKind: "shared", cpus: 2, memoryMb: 2048 },
        });
    });

    it("gives each database a user of its own, made when the server answers, once", async () => {
        const databases: Database[] = [];
        const graph = await recordOnFly((here) => {
            const made = server(here);
            databases.push(...["auth", "video_vault", "auth"].map((name) => made.database(name)));
            return databases.map(({ url }) => url);
        });
        const found = graph.nodes.filter(({ type }) => type === "fly:index:PostgresDatabase");
        expect(found.map(({ name, inputs }) => [name, inputs])).toEqual([
            [
                "shop-db-auth",
                {
                    app: "shop-db",
                    database: "auth",
                    user: "auth",
                    password: new Secret("<shop-db-auth-password>"),
                },
            ],
            [
                "shop-db-video-vault",
                {
                    app: "shop-db",
                    database: "video_vault",
                    user: "video_vault",
                    password: new Secret("<shop-db-video-vault-password>"),
                },
            ],
        ]);
        // The name of the app is plain: what it waits for is the machine.
        expect(found[0]?.options.dependencies).toEqual(["shop-db", "shop-db-auth-password"]);
        expect(found[0]?.options.additionalSecretOutputs).toEqual(["password"]);
        const [auth] = databases;
        expect(auth && (await valueOf(auth.url))).toBe(
            "postgresql://auth:<shop-db-auth-password>@shop-db.internal:5432/auth",
        );
        expect(auth && [await valueOf(auth.host), await valueOf(auth.port)]).toEqual([
            "shop-db.internal",
            5432,
        ]);
        expect(databases[2]).toBe(databases[0]);
    });

    it("never holds a password in clear: not what it is made with, and not what is made of it", async () => {
        const graph = await recordOnFly((here) => {
            const { url } = server(here).database("shop");
            return here.app("web", { image: "x", secrets: { DATABASE_URL: url } }).containers;
        });
        expect(graph.node("shop-db-secrets").inputs.values).toEqual(
            new Secret({ POSTGRES_PASSWORD: "<shop-db-password>" }),
        );
        const app = graph.node("shop-web-secrets");
        expect(app.inputs.values).toEqual(
            new Secret({
                DATABASE_URL: "postgresql://shop:<shop-db-shop-password>@shop-db.internal:5432/shop",
            }),
        );
        expect(app.options.dependencies).toContain("shop-db-shop");
    });

    it("keeps app and disk when the stack goes; with protection neither these nor the passwords can be deleted", async () => {
        const place = (here: Place) => server(here).database("shop").url;
        const retained = ["App shop-db", "Volume shop-db-data"];
        expect(keptIn(await recordOnFly(place))).toEqual({ protected: [], retained });
        expect(keptIn(await recordOnFly(place, { protect: true }))).toEqual({
            protected: [
                "App shop-db",
                "RandomPassword shop-db-password",
                "RandomPassword shop-db-shop-password",
                "Volume shop-db-data",
            ],
            retained,
        });
    });

    it("tells how its console is reached", async () => {
        const servers: PostgresServer[] = [];
        await recordOnFly((here) => {
            servers.push(server(here), here.postgres("other", { version: 16, existing: "their-db" }));
        });
        expect(servers.map(({ commands }) => commands)).toEqual([
            { console: 'fly ssh console -a shop-db -C "psql -U postgres"' },
            { console: 'fly ssh console -a their-db -C "psql -U postgres"' },
        ]);
    });

    it("refuses what it cannot run, all at once", async () => {
        const version = 18 as PostgresVersion;
        await expect(
            recordOnFly((here) =>
                here.postgres("db", {
                    version,
                    existing: "Their_DB",
                    snapshot: "vs_1",
                    publish: 5432,
                    limits: { memoryMb: 100 },
                }),
            ),
        ).rejects.toThrow(
            [
                'Postgres "shop-db": 5 problems, nothing was touched.',
                "  args.version: 18 is not supported: one of 16, 17",
                '  args.existing: "Their_DB" is no name of an app: at most 63 lower-case letters, digits and hyphens, none at either end',
                "  args.snapshot: fills a server of its own: only one of existing and snapshot",
                "  args.publish: is not to be had on Fly",
                "      fly proxy 5432 -a <app> leads a port of one's own machine there",
                "  args.limits.memoryMb: 100 is not to be had with 1 shared CPUs: from 256 to 2048 in steps of 256",
            ].join("\n"),
        );
        await expect(recordOnFly((here) => server(here).database("Auth-DB"))).rejects.toThrow(
            'Postgres "shop-db": 1 problem, nothing was touched.\n  database: "Auth-DB" is no database identifier',
        );
    });
});

describe("a Postgres server of another stack", () => {
    const attached = (preview = false) =>
        recordOnFly(
            (here) => here.postgres("db", { version: 16, existing: "their-db" }).database("shop").url,
            { suffix: "-qa", protect: true },
            { preview },
        );

    it("is nothing but the databases on it, each with a password", async () => {
        expect(placedOnFly(await attached())).toEqual([
            "berth:index:FlyPostgres shop-db",
            "fly:index:PostgresDatabase shop-db-shop",
            "random:index/randomPassword:RandomPassword shop-db-shop-password",
        ]);
    });

    it("tells whose they are by their names, and leads to the other stack's app", async () => {
        let url: Database["url"] | undefined;
        const graph = await recordOnFly(
            (here) => {
                url = here.postgres("db", { version: 16, existing: "their-db" }).database("shop").url;
                return url;
            },
            { suffix: "-qa-2" },
        );
        const { inputs, options } = graph.node("shop-db-shop");
        expect(inputs).toMatchObject({ app: "their-db", database: "shop_qa_2", user: "shop_qa_2" });
        // No machine of this stack's to wait for.
        expect(options.dependencies).toEqual(["shop-db-shop-password"]);
        expect(url && (await valueOf(url))).toBe(
            "postgresql://shop_qa_2:<shop-db-shop-password>@their-db.internal:5432/shop_qa_2",
        );
    });

    it("guards nothing of the other stack's", async () => {
        expect(keptIn(await attached())).toEqual({
            protected: ["RandomPassword shop-db-shop-password"],
            retained: [],
        });
    });
});
