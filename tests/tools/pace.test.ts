import fc from "fast-check";
import { Pace, turns } from "../../tools/pace";

/** Times at which the turns of a load are taken, where each of its waits takes so much longer than it should. */
function taken(perSecond: number, delays: readonly number[]): number[] {
    const pace = new Pace(perSecond, 0);
    const times: number[] = [];
    let now = 0;
    for (const delay of delays) {
        for (let wait = pace.take(now); wait === 0; wait = pace.take(now)) {
            times.push(now);
        }
        now += pace.take(now) + delay;
    }
    return times;
}

/** What sums of such times may be off by. */
const EXACT_MS = 1e-6;

const rate = fc.integer({ min: 1, max: 200 });
const late = fc.oneof(fc.double({ min: 0, max: 20, noNaN: true }), fc.integer({ min: 0, max: 3000 }));
const delays = fc.array(late, { minLength: 1, maxLength: 800, size: "max" });

test("no second of a load has more than its share, whatever holds it up", () => {
    fc.assert(
        fc.property(rate, delays, (perSecond, all) => {
            const times = taken(perSecond, all);
            times.slice(perSecond).forEach((time, index) => {
                expect(time - (times[index] ?? NaN)).toBeGreaterThanOrEqual(1000 - EXACT_MS);
            });
        }),
    );
});

test("what is overdue is not sent in a burst", () => {
    fc.assert(
        fc.property(rate, delays, (perSecond, all) => {
            const times = taken(perSecond, all);
            times.slice(1).forEach((time, index) => {
                expect(time - (times[index] ?? NaN)).toBeGreaterThanOrEqual(500 / perSecond - EXACT_MS);
            });
        }),
    );
});

test.each([10, 30, 180])(
    "%d in a second are as good as reached by timers that are a little late",
    (perSecond) => {
        const step = 1000 / perSecond;
        const times = taken(perSecond, Array<number>(20 * perSecond).fill(step / 3));
        expect(times).toHaveLength(20 * perSecond);
        const [last = NaN] = times.slice(-1);
        expect(times.length / (last / 1000)).toBeGreaterThan(perSecond - 0.6);
    },
);

test("turns go on from where a load was held up", async () => {
    const numbers: number[] = [];
    for await (const number of turns({ perSecond: 100, mostSeconds: 0.5 })) {
        numbers.push(number);
        if (number === 0) {
            const until = performance.now() + 300;
            while (performance.now() < until);
        }
    }
    expect(numbers.length).toBeGreaterThan(1);
    // Those of the two tenths that were left, the first one, and the one that was due when it could go on.
    expect(numbers.length).toBeLessThanOrEqual(22);
    expect(numbers).toEqual(numbers.map((_, index) => index));
});

test("turns are 200 in a second at the most", async () => {
    let count = 0;
    for await (const number of turns({ perSecond: 10_000, mostSeconds: 0.2 })) {
        count = number + 1;
    }
    expect(count).toBeGreaterThan(1);
    expect(count).toBeLessThanOrEqual(41);
});

test("turns end when the load is told to stop", async () => {
    const stop = new AbortController();
    const numbers: number[] = [];
    for await (const number of turns({ perSecond: 100, mostSeconds: 3600 }, stop.signal)) {
        numbers.push(number);
        setImmediate(() => stop.abort());
    }
    expect(numbers).toEqual([0]);
});
