import { FlyProviderTest } from "../support/flyProvider";
import { Values } from "../support/providerClient";
import { group, GROUP, IMAGES, served, serving } from "../support/flyShop";

jest.setTimeout(120_000);
let fly: FlyProviderTest;
beforeAll(async () => {
    fly = await FlyProviderTest.start("release", { images: IMAGES, rateLimits: false });
});
afterAll(() => fly.stop());

async function madeGroup(app: string, version: string, more: Values = {}) {
    await fly.make("fly:index:App", { name: app });
    return await fly.make(GROUP, group(app, version, more));
}

/** Order of the first and last of each action since a moment. */
function spans(moment: number): (action: string) => { first: number; last: number } {
    const actions = fly.actionsSince(moment);
    return (action) => ({ first: actions.indexOf(action), last: actions.lastIndexOf(action) });
}

/** When the lease of a machine was first asked for since a moment. */
function leaseOf(id: string, moment: number): number {
    return fly.fly.requests
        .slice(moment)
        .findIndex(({ action, path }) => action === "lease_create" && path.includes(`/${id}/`));
}

describe("a release", () => {
    it("leads requests to healthy new machines before old ones get none, and removes those last", async () => {
        const made = await madeGroup("shop", "1");
        const before = made.state.machineIds as string[];
        const moment = fly.fly.requests.length;
        const state = await fly.change(GROUP, made, group("shop", "2"));
        expect(await served(fly, "shop")).toEqual({ serving: ["2 started", "2 started"], others: 0 });
        expect(state.previousImage).toBe("registry.fly.io/shop:1");
        expect(state.machineIds).toHaveLength(2);
        expect(before.filter((id) => (state.machineIds as string[]).includes(id))).toEqual([]);
        const at = spans(moment);
        // A lease that is held for long is renewed by the same request.
        const leased = before.map((id) => leaseOf(id, moment));
        expect(Math.min(...leased)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...leased)).toBeLessThan(at("machine_create").first);
        expect(at("machine_get").last).toBeLessThan(at("machine_uncordon").first);
        expect(at("machine_uncordon").last).toBeLessThan(at("machine_cordon").first);
        expect(at("machine_cordon").last).toBeLessThan(at("machine_stop").first);
        expect(at("machine_stop").last).toBeLessThan(at("machine_delete").first);
    });

    it("is none when only its own timing changes", async () => {
        const made = await madeGroup("timing", "1");
        const moment = fly.fly.requests.length;
        const state = await fly.change(GROUP, made, group("timing", "1", { drainSeconds: 7 }));
        expect(state.machineIds).toEqual(made.state.machineIds);
        expect(fly.actionsSince(moment)).toEqual(["machine_list"]);
    });

    it("goes in batches where it rolls", async () => {
        const more = { regions: { iad: 3 }, strategy: "rolling", batchSize: 1 };
        const made = await madeGroup("rolling", "1", more);
        const moment = fly.fly.requests.length;
        await fly.change(GROUP, made, group("rolling", "2", more));
        const order = fly
            .actionsSince(moment)
            .filter(
                (action) => /create|uncordon|_cordon|stop|delete/.test(action) && !action.includes("lease"),
            );
        const step = ["machine_create", "machine_uncordon", "machine_cordon", "machine_stop"];
        expect(order).toEqual([...step, ...step, ...step, ...Array<string>(3).fill("machine_delete")]);
        expect((await served(fly, "rolling")).serving).toEqual(Array(3).fill("2 started"));
    });

    it("brings what is missing and takes what is too much, without touching the others", async () => {
        const made = await madeGroup("scale", "1", { regions: { iad: 1 } });
        const more = { regions: { fra: 1, iad: 2 } };
        const state = await fly.change(GROUP, made, group("scale", "1", more));
        expect(state.machineIds).toEqual(expect.arrayContaining(made.state.machineIds as string[]));
        expect((await fly.machines("scale")).map(({ region }) => region).sort()).toEqual([
            "fra",
            "iad",
            "iad",
        ]);
        await fly.change(GROUP, { ...made, state }, group("scale", "1", { regions: { fra: 1 } }));
        expect((await fly.machines("scale")).map(({ region }) => region)).toEqual(["fra"]);
    });

    it("waits for somebody else's lease to end", async () => {
        const made = await madeGroup("leased", "1", { regions: { iad: 1 } });
        const [id] = made.state.machineIds as string[];
        await fly.calls.post(`/apps/leased/machines/${id ?? ""}/lease?ttl=2`);
        await fly.change(GROUP, made, group("leased", "2", { regions: { iad: 1 } }));
        expect(await served(fly, "leased")).toEqual({ serving: ["2 started"], others: 0 });
    });

    it("starts machines anew for another version of the secrets, which they then have", async () => {
        await fly.make("fly:index:App", { name: "secretive" });
        const values = { app: "secretive", values: { TOKEN: "one" } };
        const secrets = await fly.make("fly:index:Secrets", values);
        const script = `require("node:http").createServer((_, response) =>
            response.writeHead(process.env.TOKEN === process.env.EXPECTED ? 200 : 500).end()).listen(8080)`;
        const wanted = (token: string, secretsVersion: unknown) =>
            group("secretive", "1", {
                regions: { iad: 1 },
                config: serving("1", script, { env: { EXPECTED: token } }),
                secretsVersion: secretsVersion as number,
            });
        const made = await fly.make(GROUP, wanted("one", secrets.state.secretsVersion));
        const changed = await fly.change("fly:index:Secrets", secrets, {
            app: "secretive",
            values: { TOKEN: "two" },
        });
        // Only the version of the secrets tells the two apart for the machine that is there.
        const state = await fly.change(GROUP, made, wanted("two", changed.secretsVersion));
        expect(state.machineIds).not.toEqual(made.state.machineIds);
    });
});

describe("a release command", () => {
    const migrates = (code: number) => [
        "node",
        "-e",
        `process.exit(process.env.RELEASE_COMMAND === "1" ? ${code} : 9)`,
    ];

    it("runs once, before anything is replaced", async () => {
        const made = await madeGroup("migrated", "1");
        const moment = fly.fly.requests.length;
        await fly.change(GROUP, made, group("migrated", "2", { releaseCommand: migrates(0) }));
        expect(fly.actionsSince(moment).filter((action) => action === "machine_create")).toHaveLength(3);
        const at = spans(moment);
        expect(at("machine_delete").first).toBeLessThan(at("machine_create").last);
        expect(await served(fly, "migrated")).toEqual({ serving: ["2 started", "2 started"], others: 0 });
    });

    it("that fails leaves everything as it was, and says how to see why", async () => {
        const made = await madeGroup("unmigrated", "1");
        await expect(
            fly.change(GROUP, made, group("unmigrated", "2", { releaseCommand: migrates(3) })),
        ).rejects.toThrow(
            /the release command `node -e .*` exited with code 3: nothing was released, the version before goes on serving\nIts output: fly logs -a unmigrated -i \w+ --no-tail/,
        );
        expect((await fly.machines("unmigrated")).map(({ id }) => id).sort()).toEqual(
            [...(made.state.machineIds as string[])].sort(),
        );
        expect(await served(fly, "unmigrated")).toEqual({ serving: ["1 started", "1 started"], others: 0 });
    });
});

describe("a broken version", () => {
    const broken: [string, Values, RegExp][] = [
        [
            "never-green",
            {
                config: serving(
                    "2",
                    `require("node:http").createServer((_, r) => r.writeHead(503).end("no database")).listen(8080)`,
                ),
                healthyTimeoutSeconds: 8,
            },
            /did not get healthy within 8 s: .*no database.*\nIts log: fly logs -a never-green/s,
        ],
        ["exits", { config: serving("2", "process.exit(4)") }, /exited with code 4/],
        [
            "no-image",
            { config: { ...serving("2"), image: "registry.fly.io/shop:never-built" } },
            /could not create a machine of "no-image": .*registry\.fly\.io\/shop:never-built.*\nThere is no such image, or Fly may not pull it: push it to registry\.fly\.io\/<app> before/,
        ],
        [
            "half-broken",
            // The second of the two machines in the simulation's order fails: the first was healthy already.
            {
                config: serving(
                    "2",
                    `if (process.env.FLY_REGION === "fra") process.exit(5);
                require("node:http").createServer((_, r) => r.end()).listen(8080)`,
                ),
                regions: { fra: 1, iad: 1 },
            },
            /exited with code 5/,
        ],
    ];

    it.each(broken)(
        "%s harms nobody: old machines serve, new ones are gone, and the next is none the worse",
        async (app, more, reason) => {
            const regions = more.regions ?? { iad: 2 };
            const made = await madeGroup(app, "1", { regions });
            await expect(fly.change(GROUP, made, group(app, "2", more))).rejects.toThrow(reason);
            expect((await fly.machines(app)).map(({ id }) => id).sort()).toEqual(
                [...(made.state.machineIds as string[])].sort(),
            );
            expect(await served(fly, app)).toEqual({ serving: ["1 started", "1 started"], others: 0 });
            await fly.change(GROUP, made, group(app, "3", { regions }));
            expect(await served(fly, app)).toEqual({ serving: ["3 started", "3 started"], others: 0 });
        },
    );
});

describe("what was changed by hand", () => {
    it("shows in a refresh, and the next update mends it", async () => {
        const made = await madeGroup("drifted", "1");
        const [first, second] = made.state.machineIds as [string, string];
        await fly.calls.delete(`/apps/drifted/machines/${first}?force=true`);
        const machines = await fly.machines("drifted");
        const config = { ...machines[0]?.config, guest: { cpu_kind: "shared", cpus: 2, memory_mb: 512 } };
        await fly.calls.post(`/apps/drifted/machines/${second}`, { config });
        const fresh = await FlyProviderTest.connect(fly.fly);
        const { state, inputs } = await fresh.read(GROUP, made.id, made.state);
        expect(inputs).toMatchObject({
            regions: { iad: 1 },
            config: { guest: { cpuKind: "shared", cpus: 2, memoryMb: 512 } },
        });
        const { changed } = await fresh.diff(
            GROUP,
            inputs,
            (await fresh.check(GROUP, group("drifted", "1"))).inputs,
        );
        expect(changed).toEqual(["config", "regions"]);
        fresh.close();
        await fly.change(GROUP, { id: made.id, state }, group("drifted", "1"));
        expect(await served(fly, "drifted")).toEqual({ serving: ["1 started", "1 started"], others: 0 });
        expect((await fly.machines("drifted")).map(({ config: { guest } }) => guest?.memory_mb)).toEqual([
            256, 256,
        ]);
    });

    it("is taken over by an import, machines that flyctl made among it", async () => {
        await fly.make("fly:index:App", { name: "taken-over" });
        const config = { image: "registry.fly.io/shop:1", init: { cmd: ["sleep", "infinity"] } };
        const metadata = { fly_process_group: "app", fly_platform_version: "v2" };
        await fly.calls.post("/apps/taken-over/machines", { region: "iad", config: { ...config, metadata } });
        const imported = await fly.provider.read(GROUP, "taken-over/app", {});
        expect(imported.inputs).toMatchObject({
            app: "taken-over",
            group: "app",
            regions: { iad: 1 },
            config: { image: "registry.fly.io/shop:1", command: ["sleep", "infinity"] },
        });
        const wanted = group("taken-over", "2", { regions: { iad: 1 } });
        await fly.change(GROUP, { id: imported.id, state: imported.state }, wanted);
        expect(await served(fly, "taken-over")).toEqual({ serving: ["2 started"], others: 0 });
        await fly.provider.delete(GROUP, imported.id, imported.state);
        expect(await fly.machines("taken-over")).toEqual([]);
        expect((await fly.provider.read(GROUP, imported.id, imported.state)).id).toBe("");
    });
});
