import fc from "fast-check";
import { type Activity, machinesToStop } from "../../rehearsal/fly/edge/autostop";
import { choose, DEFAULT_SOFT_LIMIT, isBusy, Wish } from "../../rehearsal/fly/edge/balance";
import type { EdgeMachine, EdgeService } from "../../rehearsal/fly/edgeWorld";

const REGIONS = ["iad", "fra", "ams"];

const machineOf = (more: Partial<EdgeMachine> = {}): EdgeMachine => ({
    ...{ id: "m", instanceId: "01", region: "iad", state: "started", cordoned: false, healthy: true },
    address: "127.0.0.2",
    ...more,
});

const someMachines = fc
    .array(
        fc.record({
            region: fc.constantFrom(...REGIONS),
            state: fc.constantFrom("started", "started", "started", "stopped", "starting", "suspended"),
            cordoned: fc.constantFrom(false, false, true),
            healthy: fc.constantFrom(true, true, false),
            address: fc.constantFrom("127.0.0.2", "127.0.0.3", ""),
            load: fc.nat(6),
        }),
        { maxLength: 8 },
    )
    .map((all) =>
        all.map(({ load, ...machine }, index) => ({
            load,
            machine: machineOf({ ...machine, id: `m${index}` }),
        })),
    );

const someLimits = fc.record({
    softLimit: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
    hardLimit: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
});

describe("the choice of a machine", () => {
    test("is the best one by every rule, and there is none only where none may be taken", () => {
        fc.assert(
            fc.property(
                someMachines,
                someLimits,
                fc.double({ min: 0, max: 0.999, noNaN: true }),
                (all, limits, dice) => {
                    const loads = new Map(all.map(({ machine, load }) => [machine.id, load]));
                    const load = (id: string) => loads.get(id) ?? 0;
                    const { softLimit = DEFAULT_SOFT_LIMIT, hardLimit = Infinity } = limits;
                    const machines = all.map(({ machine }) => machine);
                    const allowed = machines.filter(
                        ({ id, state, cordoned, healthy, address }) =>
                            state === "started" &&
                            !cordoned &&
                            healthy &&
                            address !== "" &&
                            load(id) < hardLimit,
                    );
                    const chosen = choose(machines, { ...limits, region: "iad", load }, () => dice);
                    if (chosen === undefined) {
                        expect(allowed).toEqual([]);
                        return;
                    }
                    expect(allowed).toContain(chosen);
                    const local = allowed.filter(({ region }) => region === "iad");
                    const peers = local.length > 0 ? local : allowed;
                    expect(peers).toContain(chosen);
                    // Nobody beside it is less loaded; so it is over the soft limit only where all are.
                    expect(Math.min(...peers.map(({ id }) => load(id)))).toBe(load(chosen.id));
                    expect(isBusy(machines, { ...limits, region: "iad", load })).toBe(
                        machines.every(
                            (machine) => !allowed.includes(machine) || load(machine.id) >= softLimit,
                        ),
                    );
                },
            ),
            { numRuns: 500 },
        );
    });

    const wish = (more: Partial<Wish> = {}): Wish => ({ region: "iad", load: () => 0, ...more });
    const three = [machineOf({ id: "a" }), machineOf({ id: "b" }), machineOf({ id: "c", region: "fra" })];
    const chosen = (more: Partial<Wish>, dice = 0) => choose(three, wish(more), () => dice)?.id;

    test("lets the dice decide between equals", () => {
        expect([chosen({}, 0), chosen({}, 0.4), chosen({}, 0.6), chosen({}, 0.99)]).toEqual([
            "a",
            "a",
            "b",
            "b",
        ]);
    });

    test("goes to another region only where this one has no room", () => {
        const load = (id: string) => (id === "c" ? 0 : 5);
        expect(chosen({ load, softLimit: 1 })).toBe("a");
        expect(chosen({ load, hardLimit: 5 })).toBe("c");
    });

    test("follows what a request asks for", () => {
        expect(chosen({ force: "c" })).toBe("c");
        expect(chosen({ force: "d" })).toBeUndefined();
        expect(chosen({ prefer: "c" })).toBe("c");
        expect(chosen({ prefer: "c", hardLimit: 1, load: (id) => (id === "c" ? 1 : 0) })).toBe("a");
        expect(chosen({ prefer: "d" })).toBe("a");
        expect(chosen({ avoid: "a" })).toBe("b");
        expect(chosen({ regions: ["fra"] })).toBe("c");
        expect(chosen({ regions: ["sin", "fra", "iad"] })).toBe("c");
        expect(chosen({ regions: ["sin"] })).toBeUndefined();
        expect(chosen({ regions: ["sin", "any"] })).toBe("a");
        expect(chosen({ excluded: new Set(["a"]) })).toBe("b");
    });
});

describe("what autostop takes", () => {
    const serviceOf = (machines: EdgeMachine[], more: Partial<EdgeService> = {}): EdgeService => ({
        ...{ app: "shop", internalPort: 8080, forceHttps: false, autostart: true, autostop: "stop" },
        ...{ minMachinesRunning: 0, primaryRegion: "iad" },
        ...more,
        machines: () => machines,
    });
    const idle: Activity = { inFlight: () => 0, idleSince: () => 0, waiting: () => 0 };
    const ids = (service: EdgeService, activity = idle, before = 1) =>
        machinesToStop(service, activity, before).map(({ id }) => id);
    const [a, b] = [machineOf({ id: "a" }), machineOf({ id: "b" })];
    const c = machineOf({ id: "c", region: "fra" });

    test("is one machine of each region, the longest idle", () => {
        expect(ids(serviceOf([a, b, c]))).toEqual(["a", "c"]);
        expect(
            ids(serviceOf([a, b, c]), { ...idle, idleSince: (id: string) => (id === "b" ? -5 : 0) }),
        ).toEqual(["b", "c"]);
    });

    test("leaves the minimum in the primary region, and none elsewhere", () => {
        expect(ids(serviceOf([a, b, c], { minMachinesRunning: 1 }))).toEqual(["a", "c"]);
        expect(ids(serviceOf([a, b, c], { minMachinesRunning: 2 }))).toEqual(["c"]);
        expect(ids(serviceOf([a, c], { minMachinesRunning: 1, primaryRegion: "fra" }))).toEqual(["a"]);
        expect(ids(serviceOf([a, b, c], { minMachinesRunning: 1, primaryRegion: undefined }))).toEqual(["a"]);
    });

    test("is none that works, has just worked, or is not running", () => {
        const busy = (id: string) => (id === "a" ? 1 : 0);
        expect(ids(serviceOf([a, b]), { ...idle, inFlight: busy })).toEqual(["b"]);
        expect(ids(serviceOf([a]), { ...idle, inFlight: busy })).toEqual([]);
        expect(ids(serviceOf([a, b]), idle, -1)).toEqual([]);
        expect(ids(serviceOf([machineOf({ state: "stopping" }), machineOf({ cordoned: true })]))).toEqual([]);
        expect(ids(serviceOf([a, b], { minMachinesRunning: 1 }), { ...idle, inFlight: busy })).toEqual(["b"]);
    });

    test("is none while all others are over their soft limit", () => {
        const inFlight = (id: string) => (id === "a" ? 3 : 0);
        expect(ids(serviceOf([a, b], { softLimit: 2 }), { ...idle, inFlight })).toEqual([]);
        expect(ids(serviceOf([a, b], { softLimit: 3 }), { ...idle, inFlight })).toEqual(["b"]);
    });

    test("is none while a request waits for the app", () => {
        expect(ids(serviceOf([a, b]), { ...idle, waiting: (app) => (app === "shop" ? 1 : 0) })).toEqual([]);
    });

    test("is none where it is off", () => {
        expect(ids(serviceOf([a, b], { autostop: "off" }))).toEqual([]);
        expect(ids(serviceOf([a, b], { autostop: "suspend" }))).toEqual(["a"]);
    });
});
