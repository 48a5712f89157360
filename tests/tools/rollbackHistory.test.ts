import fc from "fast-check";
import { irreversibleOf } from "../../tools/rollback/irreversible";
import { inTheWay, Release, releasesOf, targetOf } from "../../tools/rollback/target";
import { allPages, Update } from "../../tools/updates";
import { at, ENCRYPTED, HISTORY, imageOf, job, updates } from "../support/rollback";

const [V1, V2, V3, V4] = [imageOf(1), imageOf(2), imageOf(3), imageOf(4)];
const releases = (...marks: string[]): Release[] => releasesOf(updates(...marks), at);

describe("the history of a stack", () => {
    test("tells of updates only, and an update of a part of the stack does not count as one that came up", () => {
        expect(HISTORY.map(({ kind, result = "" }) => `${kind} ${result}`)).toEqual([
            "destroy succeeded",
            "update succeeded",
            "update succeeded",
            "update failed",
            "refresh succeeded",
            "update succeeded",
            "update succeeded",
        ]);
        expect(releasesOf([...HISTORY].reverse(), at)).toEqual([
            { image: V1, succeeded: true },
            { image: V2, succeeded: true },
            { image: V3, succeeded: false },
            { image: V4, succeeded: false },
            { image: V4, succeeded: true },
        ]);
    });

    test("tells nothing of an app without an image, of a member of every object, or of what is encrypted", () => {
        expect(releasesOf(HISTORY, { system: "degixdaw", app: "web" })).toEqual([]);
        expect(releasesOf(HISTORY, { ...at, app: "toString" })).toEqual([]);
        expect(ENCRYPTED[0]?.result).toBe("succeeded");
        expect(releasesOf(ENCRYPTED, at)).toEqual([]);
    });

    test("an update that still runs, or that was a preview, has not come up", () => {
        const [running, preview] = updates("1", "2");
        const told = [
            { ...running, result: "in-progress" },
            { ...preview, kind: "preview" },
        ] as Update[];
        expect(releasesOf(told, at)).toEqual([{ image: V1, succeeded: false }]);
    });

    test("is read on to its first empty page, however many entries each has", async () => {
        const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 6 });
        await fc.assert(
            fc.asyncProperty(sizes, async (lengths) => {
                const pages = lengths.map((length, page) =>
                    Array.from({ length }, (_, entry) => `${page}.${entry}`),
                );
                expect(await allPages((page) => Promise.resolve(pages[page - 1] ?? []))).toEqual(
                    pages.flat(),
                );
            }),
        );
    });
});

test.each([
    ["two", ["1", "2"], 2, V1],
    ["two, with updates that changed something else", ["1", "1", "2", "2"], 2, V1],
    ["one", ["1"], 1, undefined],
    ["none", [], 1, undefined],
    ["only failures", ["1!", "2!"], 2, undefined],
    ["a release that failed in between", ["1", "2!", "3"], 3, V1],
    ["a rollback", ["1", "2", "1"], 1, undefined],
    ["a rollback out of three", ["1", "2", "3", "2"], 2, V1],
    ["a present image that failed", ["1", "2", "3!"], 3, V2],
    ["a present image that was never tried", ["1", "2"], 3, V2],
    ["a present image that failed again after it had come up", ["1", "2", "1", "2!"], 2, V1],
    ["an image that failed first and came up then", ["1", "2!", "2"], 2, V1],
])("back from the present image in a history of %s", (_, marks, present, target) => {
    expect(targetOf(releases(...marks), imageOf(present))).toBe(target);
});

describe("a migration that cannot be undone", () => {
    test.each<[string, string[], number, number, boolean]>([
        ["of the image that is left", ["1", "2"], 1, 2, true],
        ["of an image in between", ["1", "2", "3"], 1, 2, true],
        ["of a release that failed after it", ["1", "2!", "3"], 1, 2, true],
        ["of a release that is in no history, since it was killed", ["1", "3"], 1, 2, true],
        ["of the target itself", ["1", "2"], 1, 1, false],
        ["of the target itself, which has failed since", ["1", "2", "1!"], 1, 1, false],
        ["of an image before the target", ["1", "2", "3"], 2, 1, false],
        ["that failed before the target came up", ["1", "2!", "3", "4"], 3, 2, false],
        ["that the target has come up after", ["1", "2", "1", "3"], 1, 2, false],
        ["that ran once more after the target", ["2", "1", "2"], 1, 2, true],
        ["before an image that never came up", ["1", "2"], 3, 2, false],
    ])("%s", (_, marks, target, by, stands) => {
        const entry = { image: imageOf(by), reason: "drops a column" };
        expect(inTheWay(imageOf(target), releases(...marks), [entry])).toEqual(stands ? [entry] : []);
    });

    test("is found in the state by the app's own job", () => {
        const own = { image: V2, reason: "drops a column" };
        const other = { image: V3, reason: "of another app" };
        const state = [job([own]), job([other], "connected-repo-api-2-release"), job([other], "x-release")];
        expect(irreversibleOf(state, at)).toEqual([own]);
        expect(irreversibleOf([job(undefined)], at)).toEqual([]);
        expect(irreversibleOf([{ ...job([own]), type: "berth:index:Ready" }], at)).toEqual([]);
    });

    test.each([["text"], [{ ciphertext: "v1:x" }], [[{ image: V2 }]], [[undefined]]])(
        "is not guessed from %p",
        (told) => {
            expect(() => irreversibleOf([job(told)], at)).toThrow(
                "The state does not say in a readable way which migrations of connected-repo-api are irreversible",
            );
        },
    );
});
