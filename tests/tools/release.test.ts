import fc from "fast-check";
import { parse } from "yaml";
import { imageHistory, previousImage, testedBy } from "../../tools/release/history";
import { checkImage } from "../../tools/release/request";
import { imageAt, withImage } from "../../tools/release/stackFile";
import { imageOf, ReleaseScene, stackFileWith } from "../support/releaseScene";

const [A, B, C] = [imageOf("a"), imageOf("b"), imageOf("c")];
const api = { system: "audifi", app: "api" };

describe("a stack's file", () => {
    test("says an app's image, or that there is none", () => {
        expect(imageAt(stackFileWith(A), api)).toBe(A);
        expect(imageAt(stackFileWith(A), { system: "korczewski", app: "auth" })).toBe(
            "ghcr.io/team/auth:1.4.2",
        );
        expect(imageAt(stackFileWith(A), { system: "audifi", app: "toString" })).toBeUndefined();
        expect(imageAt(stackFileWith(A), { system: "degixdaw", app: "web" })).toBeUndefined();
        expect(imageAt("", api)).toBeUndefined();
        expect(imageAt("config:\n  audifi:images:\n    api: { secure: v1:x }\n", api)).toBeUndefined();
    });

    test.each([
        ["plain, with comments around", stackFileWith(A), stackFileWith(B)],
        [
            "in quotes",
            `config:\n  audifi:images: {api: "${A}", x: 1}\n`,
            `config:\n  audifi:images: {api: ${B}, x: 1}\n`,
        ],
        [
            "with Windows' line ends",
            "config:\r\n  audifi:images:\r\n    api: a:1.2.3 # x\r\n",
            `config:\r\n  audifi:images:\r\n    api: ${B} # x\r\n`,
        ],
        [
            "without an end of the last line",
            "config:\n  audifi:images:\n    api: a:1.2.3",
            `config:\n  audifi:images:\n    api: ${B}`,
        ],
    ])("gets another one: %s", (_, before, after) => {
        expect(withImage(before, api, B)).toBe(after);
    });

    test.each([
        ["an alias", `x: &a ${A}\nconfig:\n  audifi:images: { api: *a }\n`],
        ["an anchor that others use", `config:\n  audifi:images:\n    api: &a ${A}\n    web: *a\n`],
        ["nothing", "config: {}\n"],
        ["no map", "config:\n  audifi:images: text\n"],
    ])("is refused where %s stands", (_, before) => {
        expect(() => withImage(before, api, B)).toThrow(
            `The stack's file: 1 problem, nothing was touched.
  audifi:images.api: is written in a way that cannot be replaced as it stands`,
        );
    });

    test("keeps every other value, whatever they are", () => {
        const key = fc.stringMatching(/^[a-z]{1,8}$/);
        const value = fc.oneof(
            fc.string(),
            fc.integer(),
            fc.boolean(),
            fc.array(fc.string(), { maxLength: 3 }),
        );
        fc.assert(
            fc.property(fc.dictionary(key, value), fc.boolean(), (others, pretty) => {
                const config = { "berth:x": others, "audifi:images": { api: A, web: C } };
                const text = JSON.stringify({ config, others }, undefined, pretty ? 2 : 0);
                expect(parse(withImage(text, api, B))).toEqual({
                    config: { ...config, "audifi:images": { api: B, web: C } },
                    others,
                });
            }),
            { numRuns: 200 },
        );
    });
});

test.each([
    ["nothing", [], undefined],
    ["one image", [A], undefined],
    ["one image, other settings changed", [A, A, A], undefined],
    ["two", [A, B], A],
    ["a release that was put back", [A, B, C, B], A],
    ["a rollback", [A, B, A], undefined],
    ["a rollback out of three", [A, B, C, B, A], undefined],
    ["a rollback and the same again", [A, B, A, B], A],
    ["two that were put back", [A, B, A, C, A, B], A],
])("the image before the present one in a history of %s", (_, history, previous) => {
    expect(previousImage(history)).toBe(previous);
});

describe("an image", () => {
    const request = { ...api, stack: "prod", branch: "main", file: "Pulumi.prod.yaml" };
    test.each([
        ["of the same name by digest", B, A, []],
        ["of the same name by commit", "registry.fly.io/audifi-api:1a2b3c4", A, []],
        ["of another name that ran before", "ghcr.io/team/api:1.2.3", A, ["ghcr.io/team/api:1.2.3"]],
    ])("%s passes", (_, image, present, history) => {
        expect(checkImage(request, image, { present, history })).toEqual([]);
    });

    test("of another name, one that floats, and a first one are refused", () => {
        const other = "ghcr.io/team/api:1.2.3";
        expect(checkImage(request, other, { present: A, history: [A] })).toEqual([
            {
                path: "image",
                message: `"${other}" is an image of another name than the app's, registry.fly.io/audifi-api`,
                fix: "If it is meant: set audifi:images.api in Pulumi.prod.yaml by a pull request.",
            },
        ]);
        const floating = "registry.fly.io/audifi-api:main";
        expect(checkImage(request, floating, { present: A, history: [floating] })).toMatchObject([
            {
                message: `"${floating}" floats: "main" is no full version and no commit, so it may be another image tomorrow`,
            },
        ]);
        expect(checkImage(request, A, { present: undefined, history: [] })).toEqual([
            {
                path: "app",
                message:
                    "Pulumi.prod.yaml sets no image at audifi:images.api: there is none to release another in place of",
                fix: "Set the first one by a pull request.",
            },
        ]);
    });
});

describe("the history of a branch", () => {
    let scene: ReleaseScene;
    const FILE = "Pulumi.prod.yaml";
    beforeEach(async () => {
        scene = new ReleaseScene();
        await scene.start(A);
    });
    afterEach(() => scene.stop());

    test("has what the branch itself had, and nothing of what cannot be read", () => {
        scene.git("checkout", "--quiet", "-b", "feature");
        scene.commit("A first try", { [FILE]: stackFileWith(B) });
        scene.commit("A second", { [FILE]: stackFileWith(C) });
        scene.git("checkout", "--quiet", "main");
        scene.commit("Something else", { "index.ts": "// another\n" });
        scene.git("merge", "--quiet", "--no-ff", "--message", "Merge", "feature");
        scene.commit("Broken", { [FILE]: "config: {{\n" });
        scene.git("rm", "--quiet", FILE);
        scene.git("commit", "--quiet", "--message", "Gone");
        scene.commit("Mended", { [FILE]: stackFileWith(A) });
        expect(imageHistory(scene.checkout().root, FILE, api)).toEqual([A, C, A]);
    });

    test("has nothing of a file that is not there, and knows whose tests count", () => {
        scene.commit("By hand", { [FILE]: stackFileWith(B) });
        const { root } = scene.checkout();
        expect(testedBy(root, FILE)).toBe(scene.head());
        expect(imageHistory(root, "Pulumi.staging.yaml", api)).toEqual([]);
    });
});
