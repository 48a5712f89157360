import { FlyError } from "../../../providers/fly/client/errors";
import { Lists } from "../../../providers/fly/client/lists";

/** Answers with the number of the question. */
function counter(): { ask: () => Promise<number>; asked: () => number } {
    let count = 0;
    return { ask: () => Promise.resolve((count += 1)), asked: () => count };
}

describe("lists", () => {
    it("are asked for once, by however many at the same time", async () => {
        const lists = new Lists();
        const { ask, asked } = counter();
        const answers = await Promise.all([1, 2, 3].map(() => lists.get("shop", "machines", ask, 0)));
        expect(answers).toEqual([1, 1, 1]);
        expect(asked()).toBe(1);
    });

    it("are one for each app and each kind", async () => {
        const lists = new Lists();
        const { ask } = counter();
        expect(await lists.get("shop", "machines", ask, 0)).toBe(1);
        expect(await lists.get("shop", "volumes", ask, 0)).toBe(2);
        expect(await lists.get("blog", "machines", ask, 0)).toBe(3);
        expect(await lists.get("shop", "machines", ask, 0)).toBe(1);
    });

    it("are good for ten seconds", async () => {
        const lists = new Lists();
        const { ask } = counter();
        expect(await lists.get("shop", "machines", ask, 0)).toBe(1);
        expect(await lists.get("shop", "machines", ask, 9_999)).toBe(1);
        expect(await lists.get("shop", "machines", ask, 10_000)).toBe(2);
    });

    it("are forgotten when something of their app changes, and of no other whose name begins alike", async () => {
        const lists = new Lists();
        const { ask } = counter();
        await lists.get("shop", "machines", ask, 0);
        await lists.get("shop", "volumes", ask, 0);
        await lists.get("shop-staging", "machines", ask, 0);
        lists.forget("shop");
        expect(await lists.get("shop", "machines", ask, 0)).toBe(4);
        expect(await lists.get("shop", "volumes", ask, 0)).toBe(5);
        expect(await lists.get("shop-staging", "machines", ask, 0)).toBe(3);
    });

    it("are not one that failed: all who wait for it are told, the next asks anew", async () => {
        const lists = new Lists();
        const { ask } = counter();
        const fails = () => Promise.reject(new FlyError("list", 503, "gone", undefined));
        const waiting = [1, 2].map(() => lists.get("shop", "machines", fails, 0));
        await expect(Promise.allSettled(waiting)).resolves.toMatchObject([
            { status: "rejected", reason: { status: 503 } },
            { status: "rejected", reason: { status: 503 } },
        ]);
        expect(await lists.get("shop", "machines", ask, 0)).toBe(1);
    });

    it("are asked for once more when the one who asked was cancelled, by those who were not", async () => {
        const lists = new Lists();
        const { ask, asked } = counter();
        const cancelled = () => Promise.reject(new Error("its custom timeout of 5 s is over"));
        const [first, ...others] = await Promise.allSettled([
            lists.get("shop", "machines", cancelled, 0),
            lists.get("shop", "machines", ask, 0),
            lists.get("shop", "machines", ask, 0),
        ]);
        expect(first).toMatchObject({ reason: { message: "its custom timeout of 5 s is over" } });
        expect(others).toEqual([1, 1].map((value) => ({ status: "fulfilled", value })));
        expect(asked()).toBe(1);
    });
});
