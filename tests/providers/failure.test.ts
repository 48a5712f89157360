import fc from "fast-check";
import { describeFailure } from "../../providers/server/failure";

describe("what the user is told of an error", () => {
    it("is its message", () => {
        expect(describeFailure(new Error("no such thing"))).toBe("no such thing");
        expect(describeFailure("no error")).toBe("no error");
        const each = [new Error("connect ECONNREFUSED ::1:1"), new Error("connect ECONNREFUSED 127.0.0.1:1")];
        expect(describeFailure(new AggregateError(each))).toBe(
            "connect ECONNREFUSED ::1:1, connect ECONNREFUSED 127.0.0.1:1",
        );
    });

    it("keeps the start and the end where it is too long to be told", () => {
        const told = describeFailure(new Error(`exited\n${"é".repeat(100_000)}\nthe end`));
        expect(told).toMatch(/^exited\né+\n\[…\]\né+\nthe end$/);
    });

    it("always fits into a call's trailers, whatever it is made of", () => {
        fc.assert(
            fc.property(fc.string({ unit: "binary" }), fc.nat(50_000), (text, times) => {
                const told = describeFailure(new Error(text.repeat(times)));
                expect(encodeURI(told).length).toBeLessThan(48 * 1024);
            }),
            { numRuns: 50 },
        );
        expect(encodeURI(describeFailure(new Error("half a pair: \ud83d")))).toMatch(/%EF%BF%BD$/);
    });
});
