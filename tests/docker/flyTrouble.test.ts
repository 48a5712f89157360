import { Fault } from "../../rehearsal/fly";
import { Edge } from "../../rehearsal/fly/edge";
import { until } from "../support/containers";
import { edgeLoad } from "../support/edgeLoad";
import { FlyProviderProcess, FlyProviderTest } from "../support/flyProvider";
import { group, GROUP, IMAGES, served } from "../support/flyShop";
import { Values } from "../support/providerClient";

jest.setTimeout(300_000);
let fly: FlyProviderTest;
beforeAll(async () => {
    fly = await FlyProviderTest.start("trouble", { images: IMAGES, rateLimits: false });
});
afterAll(() => fly.stop());

const ONE = { regions: { iad: 1 } };
const NEW = { serving: ["2 started"], others: 0 };

async function madeGroup(app: string, more: Values = ONE) {
    await fly.make("fly:index:App", { name: app });
    return await fly.make(GROUP, group(app, "1", more));
}

/** Every action of a release of one machine, in the order in which each comes first. */
const STEPS = [
    "machine_list",
    "lease_create",
    "machine_create",
    "machine_wait",
    "machine_get",
    "machine_uncordon",
    "machine_cordon",
    "machine_stop",
    "machine_delete",
];

describe("a release", () => {
    it("takes these steps", async () => {
        const made = await madeGroup("steps");
        const moment = fly.fly.requests.length;
        await fly.change(GROUP, made, group("steps", "2", ONE));
        const actions = new Set(fly.actionsSince(moment));
        expect([...actions].filter((action) => action !== "lease_release")).toEqual(STEPS);
    });

    it.each<Fault["kind"]>(["500", "drop-before", "drop-after", "429"])(
        "comes to its end when any of its steps is answered by %s once, and nothing is there twice",
        async (kind) => {
            await Promise.all(
                STEPS.map(async (action) => {
                    const app = `once-${kind}-${action.replaceAll("_", "-")}`;
                    const made = await madeGroup(app);
                    fly.fly.fault({ action, app, kind });
                    const state = await fly.change(GROUP, made, group(app, "2", ONE));
                    expect([action, await served(fly, app)]).toEqual([action, NEW]);
                    expect(state.machineIds).toEqual((await fly.machines(app)).map(({ id }) => id));
                }),
            );
        },
    );

    it("fails while the API is down at any of its steps, and the next one comes to its end", async () => {
        await Promise.all(
            STEPS.map(async (action) => {
                const app = `down-${action.replaceAll("_", "-")}`;
                const made = await madeGroup(app);
                fly.fly.fault({ action, app, kind: "503", times: 100 });
                await expect(fly.change(GROUP, made, group(app, "2", ONE))).rejects.toThrow(
                    /could not .*status 503, request .*run again, it goes on where it stopped/s,
                );
            }),
        );
        fly.fly.clearFaults();
        for (const action of STEPS) {
            const { serving } = await served(fly, `down-${action.replaceAll("_", "-")}`);
            expect([action, serving.length]).toEqual([action, 1]);
        }
        const fresh = await FlyProviderTest.connect(fly.fly);
        await Promise.all(
            STEPS.map(async (action) => {
                const app = `down-${action.replaceAll("_", "-")}`;
                const made = {
                    id: `${app}/app`,
                    state: { ...group(app, "1", ONE), machineIds: [], previousImage: "" },
                };
                const { inputs } = await fresh.check(GROUP, group(app, "2", ONE));
                await fresh.update(GROUP, made.id, made.state, inputs);
                expect([action, await served(fly, app)]).toEqual([action, NEW]);
            }),
        );
        fresh.close();
    });

    it("that is cancelled leaves the old machine in its place", async () => {
        const made = await madeGroup("cancelled");
        const provider = await FlyProviderTest.connect(fly.fly);
        const { inputs } = await provider.check(
            GROUP,
            group("cancelled", "2", { ...ONE, drainSeconds: 600 }),
        );
        const update = provider.update(GROUP, made.id, made.state, inputs);
        const refused = expect(update).rejects.toThrow("the update was cancelled");
        await until(
            async () => (await served(fly, "cancelled")).others === 1,
            async () => JSON.stringify(await served(fly, "cancelled")),
        );
        await provider.cancel();
        await refused;
        expect(await served(fly, "cancelled")).toEqual({ serving: ["1 started"], others: 0 });
        provider.close();
    });
});

describe("a provider that is killed", () => {
    /** Moments of a release, by the step that has just been asked for. */
    const moments = STEPS.filter((action) => action !== "machine_list");

    it.each(moments)(
        "at %s leaves something that serves, and the next run comes to its end",
        async (action) => {
            const app = `killed-${action.replaceAll("_", "-")}`;
            const made = await madeGroup(app);
            const victim = await FlyProviderProcess.start(fly.fly);
            const { inputs } = await victim.provider.check(GROUP, group(app, "2", ONE));
            fly.fly.fault({ action, app, kind: "slow" });
            const moment = fly.fly.requests.length;
            const killed = expect(
                victim.provider.update(GROUP, made.id, made.state, inputs),
            ).rejects.toThrow();
            await until(
                () => Promise.resolve(fly.actionsSince(moment).includes(action)),
                () => Promise.resolve(fly.actionsSince(moment).join()),
            );
            await victim.kill();
            await killed;
            expect((await served(fly, app)).serving.length).toBeGreaterThan(0);
            const fresh = await FlyProviderTest.connect(fly.fly);
            // Longer than a slow request takes: what was asked for last comes while this one is busy.
            const busy = { ...inputs, settleSeconds: 2 };
            const state = await fresh.update(GROUP, made.id, made.state, busy);
            expect(await served(fly, app)).toEqual(NEW);
            expect(state.machineIds).toEqual((await fly.machines(app)).map(({ id }) => id));
            fresh.close();
        },
    );

    it("while it makes something leaves one of it, which the next run takes up", async () => {
        const app = "half-made";
        const config = { image: "registry.fly.io/shop:1", command: ["sleep", "infinity"] };
        const resources: [string, Values, string, string][] = [
            ["App", { name: app }, "app_create", ""],
            ["Volume", { app, region: "iad" }, "volume_create", "/volumes"],
            ["IpAddress", { app, type: "v6" }, "ip_create", "/ip_assignments"],
            [
                "Certificate",
                { app, hostname: "half.example.com" },
                "certificate_create_acme",
                "/certificates",
            ],
            ["Machine", { app, region: "iad", config }, "machine_create", "/machines"],
        ];
        const count = async (path: string) => {
            const { status, body } = await fly.calls.get<Record<string, unknown[]>>(`/apps/${app}${path}`);
            const list = Array.isArray(body) ? body : (body.ips ?? body.certificates);
            return list === undefined ? Number(status === 200) : list.length;
        };
        for (const [kind, inputs, action, path] of resources) {
            const type = `fly:index:${kind}`;
            const victim = await FlyProviderProcess.start(fly.fly);
            const checked = await victim.provider.check(type, inputs);
            fly.fly.fault({ action, kind: "slow", ms: 300 });
            const moment = fly.fly.requests.length;
            const killed = expect(victim.provider.create(type, checked.inputs)).rejects.toThrow();
            await until(
                () => Promise.resolve(fly.actionsSince(moment).includes(action)),
                () => Promise.resolve(fly.actionsSince(moment).join()),
            );
            await victim.kill();
            await killed;
            await until(
                async () => (await count(path)) === 1,
                () => Promise.resolve(`there is no ${kind}`),
            );
            await fly.make(type, inputs);
            expect([kind, await count(path)]).toEqual([kind, 1]);
        }
    });
});

describe("a custom timeout", () => {
    it("ends a release that takes longer, and leaves the old machine in its place", async () => {
        const made = await madeGroup("timed");
        const provider = await FlyProviderTest.connect(fly.fly);
        const { inputs } = await provider.check(GROUP, group("timed", "2", { ...ONE, settleSeconds: 600 }));
        await expect(
            provider.update(GROUP, made.id, made.state, inputs, { timeoutSeconds: 6 }),
        ).rejects.toThrow("its custom timeout of 6 s is over");
        expect(await served(fly, "timed")).toEqual({ serving: ["1 started"], others: 0 });
        provider.close();
    });
});

describe("a release that fails after the new machine took over", () => {
    it("lets the old one serve again before the new one goes, and loses no request", async () => {
        const app = "late-failure";
        await fly.make("fly:index:App", { name: app });
        await fly.calls.post(`/apps/${app}/ip_assignments`, { type: "shared_v4" });
        const pauses = { ...ONE, settleSeconds: 1, drainSeconds: 1 };
        const made = await fly.make(GROUP, group(app, "1", pauses));
        const edge = await Edge.start(fly.fly.world, { lagMs: 300 });
        const load = edgeLoad(edge.httpPort, { host: `${app}.fly.dev` }, 20);
        fly.fly.fault({ action: "machine_stop", app, kind: "503", times: 6 });
        await expect(fly.change(GROUP, made, group(app, "2", pauses))).rejects.toThrow("status 503");
        const { lost, requests } = await load.stop();
        await edge.stop();
        expect(lost).toEqual({});
        expect(requests).toBeGreaterThan(50);
        expect(await served(fly, app)).toEqual({ serving: ["1 started"], others: 0 });
    });
});
