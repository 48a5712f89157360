import { Edge } from "../../rehearsal/fly/edge";
import { parseReplay } from "../../rehearsal/fly/edge/replay";
import { ask } from "../support/edgeClient";
import { FakeWorld } from "../support/fakeFly";

let world: FakeWorld;
let edge: Edge;

beforeEach(async () => {
    world = new FakeWorld();
    await world.add();
    await world.add();
    await world.add({ region: "fra" });
    edge = await Edge.start(world, { patience: { candidateSeconds: 0.2 } });
});

afterEach(async () => {
    await edge.stop();
    await world.killAll();
});

/** Asks machine m1, which sends the request on. */
const replay = (to: string, more: { body?: string; always?: boolean } = {}) =>
    ask(edge.httpPort, `/replay?to=${encodeURIComponent(to)}${more.always === true ? "&always=1" : ""}`, {
        method: "POST",
        body: more.body ?? '{"sum":1}',
        headers: { "fly-prefer-instance-id": "m1" },
    });

interface Replayed {
    id: string;
    src: string;
    body: unknown;
}

describe("a request's own wish", () => {
    const via = (headers: Record<string, string>, path = "/") => ask(edge.httpPort, path, { headers });

    test("decides where it goes", async () => {
        for (const id of ["m1", "m2", "m3"]) {
            expect((await via({ "fly-force-instance-id": id })).body).toBe(id);
            expect((await via({ "fly-prefer-instance-id": id })).body).toBe(id);
        }
        expect((await via({ "fly-force-region": "sin,fra" })).body).toBe("m3");
        expect((await via({ "fly-prefer-region": "fra" })).body).toBe("m3");
    });

    test("is followed by force, or else as far as it can be", async () => {
        await world.stop("m3");
        expect((await via({ "fly-force-instance-id": "m3" })).status).toBe(503);
        expect((await via({ "fly-force-region": "fra" })).status).toBe(503);
        expect((await via({ "fly-prefer-region": "fra" })).body).toMatch(/^m[12]$/);
        const { body } = await via({ "fly-prefer-instance-id": "m3" }, "/headers");
        expect(JSON.parse(body)).toMatchObject({ "fly-preferred-instance-unavailable": "m3" });
    });

    test("wakes the machine that it names", async () => {
        await world.stop("m3");
        world.settings.autostart = true;
        expect((await via({ "fly-force-instance-id": "m3" })).body).toBe("m3");
        expect(world.started).toEqual(["m3"]);
    });
});

describe("fly-replay", () => {
    test.each([
        ["instance=m2", "m2"],
        ["prefer_instance=m2", "m2"],
        ["region=fra", "m3"],
        ['region="sin,fra";state=a=b', "m3"],
        ["region=iad;elsewhere=true", "m2"],
    ])("%s sends the whole request to %s", async (to, id) => {
        const { status, body } = await replay(to);
        expect(status).toBe(200);
        const replayed = JSON.parse(body) as Replayed;
        expect(replayed).toMatchObject({ id, body: { sum: 1 } });
        expect(replayed.src).toMatch(/^instance=m1;region=iad;t=\d{16}(;state=a=b)?$/);
        expect(replayed.src.includes("state")).toBe(to.includes("state"));
    });

    test("to a machine that is not there ends as any request without one", async () => {
        expect(await replay("instance=m9")).toMatchObject({ status: 503 });
    });

    test("goes ten times round at most", async () => {
        expect(await replay("instance=m2", { always: true })).toMatchObject({
            status: 502,
            body: "PA02: fly-replay came more than 10 times\n",
        });
        expect(edge.served).toEqual({
            m1: { requests: 1, failures: 0 },
            m2: { requests: 10, failures: 0 },
        });
        expect([edge.inFlight("m1"), edge.inFlight("m2")]).toEqual([0, 0]);
    });

    test("is not simulated for other apps and caches, and says so", async () => {
        expect(await replay("app=other;timeout=10s")).toMatchObject({
            status: 502,
            body: "PA03: fly-replay with app, timeout is not simulated\n",
        });
        expect(() => parseReplay("instance=m1;fallback=force_self", { id: "m", region: "iad" })).toThrow(
            "fallback",
        );
    });
});
