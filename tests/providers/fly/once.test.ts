import fc from "fast-check";
import { FlyError } from "../../../providers/fly/client/errors";
import { makeOnce } from "../../../providers/fly/once";

const failure = (status: number | undefined) => new FlyError("make it", status, "no", undefined);

/** How one attempt to make a thing ends: with an answer, or without one although the API may have acted. */
type Attempt = "made" | "lost before" | "lost after" | "refused";

/** An API with things that are alike, and what it was asked. */
class Things {
    count = 0;
    readonly calls: string[] = [];

    constructor(private readonly attempts: Attempt[]) {}

    readonly find = (): Promise<string | undefined> => {
        this.calls.push("find");
        return Promise.resolve(this.count > 0 ? "found" : undefined);
    };

    readonly make = (): Promise<string> => {
        this.calls.push("make");
        const attempt = this.attempts.shift() ?? "made";
        this.count += attempt === "made" || attempt === "lost after" ? 1 : 0;
        return attempt === "made"
            ? Promise.resolve("made")
            : Promise.reject(failure(attempt === "refused" ? 422 : undefined));
    };
}

describe("a thing that there must be one of", () => {
    it("is looked for first, and made where there is none", async () => {
        const things = new Things(["made"]);
        expect(await makeOnce(things.find, things.make)).toBe("made");
        expect(await makeOnce(things.find, things.make)).toBe("found");
        expect(things.calls).toEqual(["find", "make", "find"]);
    });

    it("is made at once where it can't be older than this run", async () => {
        const things = new Things(["lost after"]);
        expect(await makeOnce(things.find, things.make, { isNew: true })).toBe("found");
        expect(things.calls).toEqual(["make", "find"]);
    });

    it("is looked for before it is made again when an answer got lost", async () => {
        const things = new Things(["lost before", "lost after"]);
        expect(await makeOnce(things.find, things.make)).toBe("found");
        expect(things.calls).toEqual(["find", "make", "find", "make", "find"]);
    });

    it.each([
        [undefined, 4],
        [408, 4],
        [500, 4],
        [503, 4],
        [401, 1],
        [403, 1],
        [422, 1],
        [429, 1],
    ])("is tried again after status %s: %d tries", async (status, tries) => {
        let tried = 0;
        const error = failure(status);
        const making = makeOnce(
            () => Promise.resolve(undefined),
            () => {
                tried += 1;
                return Promise.reject(error);
            },
        );
        await expect(making).rejects.toBe(error);
        expect(tried).toBe(tries);
    });

    it("is not tried again when the error is no answer of the API", async () => {
        const find = jest.fn(() => Promise.resolve(undefined));
        const make = jest.fn(() => Promise.reject(new Error("cancelled")));
        await expect(makeOnce(find, make)).rejects.toThrow("cancelled");
        expect([find.mock.calls.length, make.mock.calls.length]).toEqual([1, 1]);
    });

    it("is never there twice, however the attempts of two runs end", async () => {
        const attempts = fc.array(fc.constantFrom<Attempt>("made", "lost before", "lost after", "refused"), {
            maxLength: 12,
        });
        await fc.assert(
            fc.asyncProperty(attempts, async (given) => {
                const things = new Things([...given]);
                const first = await makeOnce(things.find, things.make).catch(() => "failed");
                expect(things.count).toBeLessThanOrEqual(1);
                expect(first === "failed" || things.count === 1).toBe(true);
                await makeOnce(things.find, things.make).catch(() => undefined);
                expect(things.count).toBeLessThanOrEqual(1);
            }),
        );
    });
});
