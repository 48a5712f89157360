import { START_REDIS } from "../../components/fly/redis";
import { WireMachine } from "../../rehearsal/fly/wire";
import { until } from "../support/containers";
import { exits } from "../support/flyPlatform";
import { FlyProviderTest } from "../support/flyProvider";
import { group, GROUP, IMAGES } from "../support/flyShop";
import { Values } from "../support/providerClient";

jest.setTimeout(120_000);
let fly: FlyProviderTest;
beforeAll(async () => {
    fly = await FlyProviderTest.start("neighbours", { images: IMAGES, rateLimits: false });
});
afterAll(() => fly.stop());

describe("a group and machines that are not its own", () => {
    it("leaves a Machine of the same app alone, in releases and when it goes", async () => {
        await fly.make("fly:index:App", { name: "mixed" });
        const kept = await fly.make("fly:index:Machine", {
            app: "mixed",
            region: "iad",
            config: { image: "registry.fly.io/shop:1", command: ["sh", "-c", "sleep infinity"] },
        });
        const one = { regions: { iad: 1 } };
        const made = await fly.make(GROUP, group("mixed", "1", one));
        const state = await fly.change(GROUP, made, group("mixed", "2", one));
        await fly.provider.delete(GROUP, made.id, state);
        expect((await fly.machines("mixed")).map(({ id }) => id)).toEqual([kept.state.machineId]);
    });

    it("refuses machines with volumes, and leaves them as they are", async () => {
        await fly.make("fly:index:App", { name: "with-volumes" });
        const { body: volume } = await fly.calls.post<{ id: string }>("/apps/with-volumes/volumes", {
            name: "data",
            region: "iad",
            size_gb: 1,
        });
        const config = {
            image: "registry.fly.io/shop:1",
            init: { cmd: ["sleep", "infinity"] },
            mounts: [{ volume: volume.id, path: "/data" }],
            metadata: { fly_process_group: "app" },
        };
        await fly.calls.post("/apps/with-volumes/machines", { region: "iad", config });
        const [machine] = await fly.machines("with-volumes");
        await expect(fly.make(GROUP, group("with-volumes", "1", { regions: { iad: 1 } }))).rejects.toThrow(
            `machines of the group "app" of "with-volumes" have volumes: ${machine?.id ?? ""}`,
        );
        expect(await fly.machines("with-volumes")).toHaveLength(1);
    });

    it("leaves a deployment alone that somebody else has under way", async () => {
        await fly.make("fly:index:App", { name: "shared" });
        const made = await fly.make(GROUP, group("shared", "1", { regions: { iad: 1 } }));
        const config = {
            image: "registry.fly.io/shop:3",
            init: { cmd: ["sleep", "infinity"] },
            metadata: { fly_process_group: "app" },
        };
        const { body: green } = await fly.calls.post<{ id: string }>("/apps/shared/machines", {
            region: "iad",
            config,
            skip_service_registration: true,
        });
        await fly.change(GROUP, made, group("shared", "2", { regions: { iad: 1 } }));
        expect((await fly.machines("shared")).map(({ id }) => id)).toContain(green.id);
    });

    it("is not imported where a part of it would be lost", async () => {
        await fly.make("fly:index:App", { name: "special" });
        const config = {
            image: "registry.fly.io/shop:1",
            init: { cmd: ["sleep", "infinity"], swap_size_mb: 512 },
            checks: {
                web: { type: "http", port: 80, path: "/", headers: [{ name: "host", values: ["a"] }] },
            },
            metadata: { fly_process_group: "app" },
        };
        await fly.calls.post("/apps/special/machines", { region: "iad", config });
        await expect(fly.provider.read(GROUP, "special/app", {})).rejects.toThrow(
            "it has settings that this provider has no input for, and that the next update would take away: init.swap_size_mb, checks.web.headers.0.name, checks.web.headers.0.values.0\n",
        );
    });
});

describe("Redis as it is started on Fly", () => {
    it("takes its password from the environment, and writes everything down when it is told to stop", async () => {
        await fly.make("fly:index:App", { name: "cache" });
        const secrets = await fly.make("fly:index:Secrets", {
            app: "cache",
            values: { REDIS_PASSWORD: "open-sesame" },
        });
        const volume = await fly.make("fly:index:Volume", { app: "cache", region: "iad", name: "cache" });
        const inputs: Values = {
            app: "cache",
            region: "iad",
            config: {
                image: "redis:7",
                command: ["sh", "-c", START_REDIS],
                checks: { redis: { type: "tcp", port: 6379, intervalSeconds: 2, timeoutSeconds: 1 } },
            },
            mounts: [{ volume: volume.state.volumeId as string, path: "/data" }],
            secretsVersion: secrets.state.secretsVersion as number,
        };
        const made = await fly.make("fly:index:Machine", inputs);
        const path = `/apps/cache/machines/${made.state.machineId as string}`;
        const redis = async (...words: string[]) => {
            const command = ["redis-cli", "-a", "open-sesame", "--no-auth-warning", ...words];
            return (await fly.calls.post<{ stdout: string }>(`${path}/exec`, { command })).body.stdout.trim();
        };
        expect(await redis("set", "word", "kept")).toBe("OK");
        await fly.calls.post(`${path}/stop`);
        const { body } = await fly.calls.get<WireMachine>(path);
        const stopped = await fly.calls.wait("cache", body, "stopped");
        expect(exits(stopped)).toEqual([{ exit_code: 0, restarting: false, requested_stop: true }]);
        await fly.calls.post(`${path}/start`);
        await fly.calls.wait("cache", body);
        await until(
            async () => (await redis("get", "word")) === "kept",
            () => redis("get", "word"),
        );
        await fly.provider.delete("fly:index:Machine", made.id, made.state);
    });
});
