import { Edge } from "../../rehearsal/fly/edge";
import { until } from "../support/containers";
import { ask } from "../support/edgeClient";
import { FakeWorld } from "../support/fakeFly";

jest.setTimeout(60_000);
let world: FakeWorld;
let edge: Edge;

beforeEach(async () => {
    world = new FakeWorld();
    edge = await Edge.start(world);
});

afterEach(async () => {
    await edge.stop();
    await world.killAll();
});

const when = (condition: () => boolean) =>
    until(
        () => Promise.resolve(condition()),
        () => Promise.resolve(JSON.stringify(edge.served)),
    );

describe("a switch under load", () => {
    const REQUESTS = 1000;
    /** Goes to the old machine, and is still there when the switch begins. */
    const HELD = 450;

    /** Asks again and again, 20 at a time; before some requests a step of the switch is begun. Gives what was lost. */
    async function load(port: number, steps: Record<number, () => Promise<void>>): Promise<number> {
        let [begun, lost] = [0, 0];
        const running: Promise<void>[] = [];
        const client = async () => {
            while (begun < REQUESTS) {
                begun += 1;
                running.push(steps[begun]?.() ?? Promise.resolve());
                const headers: Record<string, string> =
                    begun === HELD ? { "fly-force-instance-id": "m1" } : {};
                const asked = { method: "POST", body: "x", headers };
                const answer = await ask(port, begun === HELD ? "/hold" : "/echo", asked).catch(
                    () => undefined,
                );
                lost += answer === undefined || answer.status >= 300 ? 1 : 0;
            }
        };
        await Promise.all(Array.from({ length: 20 }, client));
        await Promise.all(running);
        return lost;
    }

    test("loses nothing: new uncordoned, old cordoned, drained, stopped", async () => {
        const [old, next] = [await world.add(), await world.add({ cordoned: true })];
        const lost = await load(edge.httpPort, {
            300: () => {
                next.cordoned = false;
                return Promise.resolve();
            },
            500: async () => {
                old.cordoned = true;
                await when(() => old.holding === 1 && edge.inFlight(old.id) === 1);
                old.release();
                await when(() => edge.inFlight(old.id) === 0);
                await world.stop(old.id);
            },
        });
        expect(lost).toBe(0);
        expect(old.state).toBe("stopped");
        const { m1, m2 } = edge.served;
        expect(m1).toEqual({ requests: old.requests.length, failures: 0 });
        expect(m2).toEqual({ requests: REQUESTS - old.requests.length, failures: 0 });
        expect(old.requests.length).toBeGreaterThan(250);
        expect(next.requests.length).toBeGreaterThan(450);
    });

    test("loses what is in flight when the old one is stopped without a cordon", async () => {
        const [old] = [await world.add(), await world.add()];
        const lost = await load(edge.httpPort, {
            500: async () => {
                await when(() => old.holding === 1);
                await world.stop(old.id);
            },
        });
        expect(lost).toBeGreaterThan(0);
        expect(edge.served.m1?.failures).toBe(lost);
    });
});
