import fc from "fast-check";
import { MARGIN_MS, Pacer, Rate, RATES } from "../../../providers/fly/client/limits";

/** Requests: how long after the one before it each comes, in milliseconds. */
const gaps = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5000 })), {
    minLength: 1,
    maxLength: 60,
});
const rates = fc.record({
    perSecond: fc.constantFrom(0.5, 1, 3, 5, 10),
    burst: fc.integer({ min: 1, max: 10 }),
});

/** When requests come, and when the pacer lets each go. */
function pace(comes: readonly number[], rate: Rate): { comes: number; goes: number }[] {
    const pacer = new Pacer();
    return comes.map((at) => ({ comes: at, goes: at + pacer.reserve("key", rate, at) }));
}

function times(given: readonly number[]): number[] {
    let now = 0;
    return given.map((gap) => (now += gap));
}

/** Sums of intervals are inexact in their last digits. */
const EXACT_MS = 1e-6;

describe("the pace of requests", () => {
    it("never lets more go in any time than the limit allows", () => {
        fc.assert(
            fc.property(gaps, rates, (given, rate) => {
                const goes = pace(times(given), rate).map((each) => each.goes);
                for (const [first, start] of goes.entries()) {
                    for (const [index, end] of goes.slice(first).entries()) {
                        const allowed = rate.burst + (rate.perSecond * (end - start + EXACT_MS)) / 1000;
                        expect(index + 1).toBeLessThanOrEqual(allowed);
                    }
                }
            }),
        );
    });

    it("makes nobody wait longer than that and its margin: a bucket of tokens would not have let them go before", () => {
        fc.assert(
            fc.property(gaps, rates, (given, published) => {
                const rate = { ...published, perSecond: 1000 / (1000 / published.perSecond + MARGIN_MS) };
                let tokens = rate.burst;
                let filled = 0;
                for (const { comes, goes } of pace(times(given), published)) {
                    const at = Math.max(comes, filled);
                    tokens = Math.min(rate.burst, tokens + ((at - filled) * rate.perSecond) / 1000);
                    const due = at + Math.max(0, ((1 - tokens) * 1000) / rate.perSecond);
                    expect(Math.abs(goes - due)).toBeLessThan(EXACT_MS);
                    tokens += ((due - at) * rate.perSecond) / 1000 - 1;
                    filled = due;
                }
            }),
        );
    });

    it("lets them go in the order in which they came", () => {
        fc.assert(
            fc.property(gaps, rates, (given, rate) => {
                const goes = pace(times(given), rate).map((each) => each.goes);
                expect(goes).toEqual([...goes].sort((one, other) => one - other));
            }),
        );
    });

    it("counts each action on each machine by itself", () => {
        const pacer = new Pacer();
        const waits = (key: string, count: number) =>
            Array.from({ length: count }, () => pacer.reserve(key, RATES.usual, 0));
        expect(waits("machine_start a", 5)).toEqual([0, 0, 0, 1000 + MARGIN_MS, 2 * (1000 + MARGIN_MS)]);
        expect(waits("machine_start b", 3)).toEqual([0, 0, 0]);
        expect(waits("machine_stop a", 1)).toEqual([0]);
    });

    it("is that of the published limits", () => {
        expect(pace(Array<number>(12).fill(0), RATES.getMachine).map(({ goes }) => goes)).toEqual([
            ...Array<number>(10).fill(0),
            200 + MARGIN_MS,
            2 * (200 + MARGIN_MS),
        ]);
    });
});
