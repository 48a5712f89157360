import { Edge, type EdgeOptions } from "../../rehearsal/fly/edge";
import { until } from "../support/containers";
import { ask, HOST, openSocket } from "../support/edgeClient";
import { FakeWorld } from "../support/fakeFly";

jest.setTimeout(60_000);
let world: FakeWorld;
const edges: Edge[] = [];

async function edgeOf(options: EdgeOptions = {}): Promise<Edge> {
    const made = await Edge.start(world, { patience: { candidateSeconds: 0.2 }, ...options });
    edges.push(made);
    return made;
}

const when = (condition: () => boolean) =>
    until(
        () => Promise.resolve(condition()),
        () => Promise.resolve(JSON.stringify(world.machines.map(({ id, state }) => [id, state]))),
    );

beforeEach(() => {
    world = new FakeWorld();
});

afterEach(async () => {
    await Promise.all(edges.splice(0).map((each) => each.stop()));
    await world.killAll();
});

describe("autostart", () => {
    test("wakes one machine for all who wait, and they wait until it is healthy", async () => {
        const machine = await world.add({ state: "stopped", healthy: false });
        await world.add({ state: "stopped" });
        world.settings.autostart = true;
        const edge = await edgeOf();
        const answers: unknown[][] = [];
        const waiting = Array.from({ length: 10 }, async () => {
            const { status, body } = await ask(edge.httpPort, "/");
            answers.push([status, body]);
        });
        await when(() => machine.state === "started");
        // Longer than it waits for machines of which nothing can be expected.
        const since = Date.now();
        await when(() => Date.now() - since > 400);
        expect(answers).toEqual([]);
        machine.healthy = true;
        await Promise.all(waiting);
        expect(answers).toEqual(Array(10).fill([200, "m1"]));
        expect(world.started).toEqual(["m1"]);
        expect(edge.troubles).toEqual([]);
    });

    test.each<[string, object]>([
        ["is switched off", { settings: { autostart: false }, machine: {} }],
        ["finds cordoned machines only", { settings: { autostart: true }, machine: { cordoned: true } }],
    ])("that %s wakes none", async (_, { settings, machine }: { settings?: object; machine?: object }) => {
        await world.add({ state: "stopped", ...machine });
        Object.assign(world.settings, settings);
        expect(await ask((await edgeOf()).httpPort, "/")).toMatchObject({ status: 503 });
        expect(world.started).toEqual([]);
    });

    test("wakes a suspended machine, and one for a websocket", async () => {
        await world.add({ state: "suspended" });
        world.settings.autostart = true;
        const socket = await openSocket((await edgeOf()).httpPort, "/ws");
        socket.close();
        expect(world.started).toEqual(["m1"]);
    });

    test("waits for a machine that is stopping, and then wakes it", async () => {
        const machine = await world.add({ state: "stopping" });
        world.settings.autostart = true;
        const edge = await edgeOf();
        const waiting = ask(edge.httpPort, "/");
        const outcome = await Promise.race([
            waiting,
            ask((await edgeOf()).httpPort, "/none", { host: "else" }),
        ]);
        expect(outcome.status).toBe(404);
        expect(world.started).toEqual([]);
        machine.state = "stopped";
        expect(await waiting).toMatchObject({ status: 200, body: "m1" });
    });

    test("wakes another machine, closest first, when all that run are at their soft limit", async () => {
        const running = await world.add();
        await world.add({ state: "stopped", region: "fra" });
        await world.add({ state: "stopped" });
        Object.assign(world.settings, { autostart: true, softLimit: 2 });
        const edge = await edgeOf();
        const held = [ask(edge.httpPort, "/hold"), ask(edge.httpPort, "/hold")];
        await when(() => running.holding === 2);
        expect(world.started).toEqual([]);
        expect((await ask(edge.httpPort, "/")).status).toBe(200);
        expect(world.started).toEqual(["m3"]);
        running.release();
        await Promise.all(held);
    });

    test("says 503 where a machine cannot be started, and why it could not", async () => {
        await world.add({ state: "stopped" });
        world.settings.autostart = true;
        world.beforeStart = () => Promise.reject(new Error("no capacity"));
        const edge = await edgeOf();
        expect(await ask(edge.httpPort, "/")).toMatchObject({ status: 503 });
        expect(edge.troubles).toEqual(["m1 could not be started: Error: no capacity"]);
        // It is tried again for who comes later.
        world.beforeStart = () => Promise.resolve();
        const patient = await edgeOf({ patience: { candidateSeconds: 20 } });
        expect(await ask(patient.httpPort, "/")).toMatchObject({ status: 200 });
    });

    test("gives up on a machine that does not get healthy", async () => {
        await world.add({ state: "stopped", healthy: false });
        world.settings.autostart = true;
        const edge = await edgeOf({ patience: { startSeconds: 0.3 } });
        expect(await ask(edge.httpPort, "/")).toMatchObject({ status: 503 });
        expect(world.started).toEqual(["m1"]);
    });
});

describe("autostop", () => {
    test("stops idle machines down to the minimum, and never one with a request or websocket", async () => {
        const machines = [await world.add(), await world.add(), await world.add(), await world.add()];
        Object.assign(world.settings, { autostop: "stop", minMachinesRunning: 1, primaryRegion: "iad" });
        // Time for the request and the websocket to come before the machines that get them are stopped.
        const edge = await edgeOf({ idleSeconds: 1 });
        const held = ask(edge.httpPort, "/hold", { headers: { "fly-force-instance-id": "m2" } });
        await when(() => machines[1]?.holding === 1);
        const socket = await openSocket(edge.httpPort, "/ws");
        await when(() => world.stopped.length === 2);
        const left = machines.filter(({ state }) => state === "started").map(({ id }) => id);
        expect(left).toHaveLength(2);
        expect(left.map((id) => edge.inFlight(id))).toEqual([1, 1]);
        machines[1]?.release();
        expect(await held).toMatchObject({ status: 200, body: "m2" });
        await when(() => world.stopped.length === 3);
        expect(world.stopped).toContain("m2");
        socket.close();
        expect(await ask(edge.httpPort, "/")).toMatchObject({ status: 200 });
    });

    test("and autostart bring an app to nothing and back", async () => {
        const machine = await world.add();
        Object.assign(world.settings, { autostop: "stop", autostart: true });
        const edge = await edgeOf({ idleSeconds: 0.1 });
        edge.watch(HOST);
        for (const times of [1, 2, 3]) {
            await when(() => machine.state === "stopped");
            expect(await ask(edge.httpPort, "/")).toMatchObject({ status: 200, body: "m1" });
            expect(world.started).toHaveLength(times);
        }
        expect(edge.troubles).toEqual([]);
    });

    test("loses no request that comes while it stops machines", async () => {
        await world.add();
        await world.add();
        Object.assign(world.settings, { autostop: "stop", autostart: true });
        // Less than it takes to see a change of a machine's state.
        const edge = await edgeOf({ idleSeconds: 0.02 });
        for (let times = 0; times < 40; times += 1) {
            // Just when the time is up.
            await new Promise((resolve) => setTimeout(resolve, 18 + (times % 9)));
            expect((await ask(edge.httpPort, "/")).status).toBe(200);
        }
        expect(world.stopped.length).toBeGreaterThan(0);
    });

    test("says what it could not stop", async () => {
        await world.add();
        world.settings.autostop = "stop";
        world.stop = () => Promise.reject(new Error("leased"));
        const edge = await edgeOf({ idleSeconds: 0.02 });
        edge.watch(HOST);
        await when(() => edge.troubles.length > 0);
        expect(edge.troubles[0]).toBe("m1 could not be stopped: Error: leased");
        expect(await ask(edge.httpPort, "/")).toMatchObject({ status: 200, body: "m1" });
    });
});
