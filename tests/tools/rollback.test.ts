import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { SYSTEMS } from "../../systems";
import { findApp, nameOf } from "../../tools/rollback/app";
import { checkWayBack, planRollback, Scene } from "../../tools/rollback/plan";
import { release, Tools } from "../../tools/rollback/release";
import { StackFile } from "../../tools/rollback/stackFiles";
import { Update } from "../../tools/updates";
import { at, imageOf, job, updates } from "../support/rollback";

const [V1, V2, V3] = [imageOf(1), imageOf(2), imageOf(3)];

describe("an app", () => {
    test.each([
        [["connected-repo-api"], "connected-repo", "api"],
        [["connected-repo", "api"], "connected-repo", "api"],
        [["partyquiz-ws"], "partyquiz", "ws"],
    ])("%p is found", (words, system, app) => {
        expect(findApp(words, SYSTEMS)).toEqual({ app: { system, app }, problems: [] });
    });

    test("is found by both of its names, whichever it is", () => {
        for (const { name: system, apps } of SYSTEMS) {
            for (const app of Object.keys(apps)) {
                const found = { app: { system, app }, problems: [] };
                expect(findApp([nameOf({ system, app })], SYSTEMS)).toEqual(found);
                expect(findApp([system, app], SYSTEMS)).toEqual(found);
            }
        }
    });

    test.each([
        [["connected-api"], `"connected-api" is unknown: one of shop-web, shop-api`],
        [["shop"], `"shop" is unknown: one of shop-web, shop-api`],
        [["shop", "web", "api"], `"shop web api" is unknown: one of shop-web, shop-api`],
        [["shop", "toString"], `"shop toString" is unknown: one of shop-web, shop-api`],
        [[], "is missing: one of shop-web, shop-api"],
    ])("%p is refused, with those that there are", (words, message) => {
        expect(findApp(words, [{ name: "shop", apps: { web: {}, api: {} } }])).toEqual({
            problems: [{ path: "APP", message }],
        });
    });

    test("whose name may be two has to be named by two words", () => {
        const systems = [
            { name: "a", apps: { "b-c": {} } },
            { name: "a-b", apps: { c: {} } },
        ];
        expect(findApp(["a-b-c"], systems).problems).toEqual([
            { path: "APP", message: '"a-b-c" may be a b-c or a-b c: name system and app as two words' },
        ]);
        expect(findApp(["a-b", "c"], systems).app).toEqual({ system: "a-b", app: "c" });
    });
});

const fileWith = (text: string): string =>
    `# Ours.\nconfig:\n  connected-repo:images: # both\n    api: ${text}  # pinned\n`;

function scene(changes: Partial<Scene> = {}): Scene {
    return {
        stack: "dev",
        at,
        file: "Pulumi.dev.yaml",
        text: fileWith(V2),
        writable: true,
        recorded: { updates: updates("1", "2"), resources: [] },
        ...changes,
    };
}

describe("a rollback", () => {
    test("goes to the previous image, by a change of one word in the stack's file", () => {
        expect(planRollback(scene())).toEqual({
            plan: { from: V2, to: V1, cameUp: true, text: fileWith(V1) },
            problems: [],
        });
        const failed = scene({
            text: fileWith(V3),
            recorded: { updates: updates("1", "2", "3!"), resources: [] },
        });
        expect(planRollback(failed)).toEqual({
            plan: { from: V3, to: V2, cameUp: false, text: fileWith(V2) },
            problems: [],
        });
    });

    test("is refused for all that is in its way at once", () => {
        const text = `config:\n  connected-repo:images: { api: &a "${V2}", web: *a }\n`;
        const resources = [job([{ image: V2, reason: "drops the column name" }])];
        const { plan, problems } = planRollback(
            scene({ text, writable: false, recorded: { updates: updates("1", "2"), resources } }),
        );
        expect(plan).toBeUndefined();
        expect(problems).toEqual([
            {
                path: "connected-repo-api",
                message: `a migration of ${V2} cannot be undone, and ${V1} has not come up after it: drops the column name`,
                fix: `Release a new version, which goes forward. Or restore the data of before, then npx pulumi config set --stack dev --path 'connected-repo:images.api' ${V1} and npm run up -- -s dev`,
            },
            {
                path: "connected-repo:images.api",
                message: "is written in a way that cannot be replaced as it stands",
                fix: "Write the image in one line, without anchor or alias.",
            },
            { path: "Pulumi.dev.yaml", message: "must not be changed by this user" },
        ]);
    });

    test("is refused past a migration that declared it and never came to its end", () => {
        const resources = [job([{ image: V3, reason: "drops a column" }])];
        const recorded = { updates: updates("1", "2", "3!"), resources };
        expect(planRollback(scene({ text: fileWith(V3), recorded })).problems).toMatchObject([
            {
                path: "connected-repo-api",
                message: `a migration of ${V3} cannot be undone, and ${V2} has not come up after it: drops a column`,
            },
        ]);
    });

    test("is refused without a stack and without an image", () => {
        expect(planRollback(scene({ recorded: undefined, text: undefined })).problems).toEqual([
            {
                path: "--stack",
                message: "there is no stack dev",
                fix: "`npx pulumi stack ls` lists them.",
            },
            {
                path: "connected-repo:images.api",
                message:
                    "is not set in Pulumi.dev.yaml: without an image the sample app runs, and there is nothing to go back from",
                fix: "To set one: npx pulumi config set --stack dev --path 'connected-repo:images.api' REFERENCE",
            },
        ]);
    });

    test("is refused where nothing came up before", () => {
        const { problems } = planRollback(scene({ recorded: { updates: updates("2"), resources: [] } }));
        expect(problems).toEqual([
            {
                path: "connected-repo-api",
                message: "the history of the stack dev has no other image that came up",
                fix: "Name one: npx pulumi config set --stack dev --path 'connected-repo:images.api' REFERENCE, then npm run up -- -s dev",
            },
        ]);
    });

    test.each([
        ["config: {{\n", "Pulumi.dev.yaml", "is no YAML that can be read"],
        [
            "config:\n  connected-repo:images:\n    api:\n      secure: v1:x\n",
            "connected-repo:images.api",
            "is no plain text in Pulumi.dev.yaml",
        ],
    ])("is refused where the file is %p", (text, where, message) => {
        expect(planRollback(scene({ text })).problems).toMatchObject([{ path: where, message }]);
    });

    test("by another hand is held against the same migrations; an image that is new goes forward", () => {
        const resources = [job([{ image: V2, reason: "drops a column" }])];
        const recorded = { updates: updates("1", "2"), resources };
        expect(checkWayBack(scene({ recorded }), V1)).toHaveLength(1);
        expect(checkWayBack(scene({ recorded }), V2)).toEqual([]);
        expect(checkWayBack(scene({ recorded }), V3)).toEqual([]);
        expect(checkWayBack(scene({ recorded: undefined }), V1)).toMatchObject([{ path: "--stack" }]);
    });
});

describe("the stack's file", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "berth-rollback-"));
    const where = path.join(folder, "Pulumi.dev.yaml");
    const SALT = "encryptionsalt: v1:abc\n";
    const said: string[] = [];
    beforeEach(() => {
        said.length = 0;
        fs.writeFileSync(where, fileWith(V2));
    });
    afterAll(() => fs.rmSync(folder, { recursive: true }));

    /** Rolls back from the second image to the first, with an `up` that sees the file and ends as it is told to. */
    function rollBack(up: () => Promise<number>, [before, after]: (Update | undefined)[]): Promise<number> {
        const { plan } = planRollback(scene());
        if (plan === undefined) {
            throw new Error("no plan");
        }
        const newest = [before, after];
        const tools: Tools = {
            file: new StackFile("team/dev", folder),
            up,
            newestUpdate: () => Promise.resolve(newest.shift()),
            say: (text) => said.push(text),
        };
        return release({ stack: "dev", at, plan }, tools);
    }

    const [came2, came1, failed1] = [...updates("2", "1"), ...updates("2", "2", "1!").slice(-1)];

    test("has the image before the update runs, and keeps it when all went well", async () => {
        let seen = "";
        const up = () => {
            seen = fs.readFileSync(where, "utf8");
            return Promise.resolve(0);
        };
        expect(await rollBack(up, [came2])).toBe(0);
        expect([seen, fs.readFileSync(where, "utf8")]).toEqual([fileWith(V1), fileWith(V1)]);
        expect(said).toEqual([
            `connected-repo api in dev: from ${V2} back to ${V1}`,
            `\nPulumi.dev.yaml has ${V1} now: commit it, or the next update from the branch undoes this.`,
        ]);
    });

    test.each([
        ["fails", came2, failed1],
        ["never began", came2, came2],
        ["never began, and the last one had brought up the image to go back to", came1, came1],
    ])("gets its image back when the update %s, and keeps what Pulumi wrote", async (_, before, after) => {
        const up = () => {
            fs.appendFileSync(where, SALT);
            return Promise.resolve(255);
        };
        expect(await rollBack(up, [before, after])).toBe(255);
        expect(fs.readFileSync(where, "utf8")).toBe(fileWith(V2) + SALT);
        expect(said[1]).toBe(
            `\nThe rollback failed. Pulumi.dev.yaml has ${V2} again. A route moves only to containers that have answered, so what served goes on serving. Mend what is said above, then run this again.`,
        );
    });

    test("gets its image back when the update throws, with the error", async () => {
        await expect(rollBack(() => Promise.reject(new Error("locked")), [came2, came2])).rejects.toThrow(
            "locked",
        );
        expect(fs.readFileSync(where, "utf8")).toBe(fileWith(V2));
    });

    test("keeps an image that somebody has set meanwhile", async () => {
        const up = () => {
            fs.writeFileSync(where, fileWith(V3));
            return Promise.resolve(1);
        };
        expect(await rollBack(up, [came2, failed1])).toBe(1);
        expect(fs.readFileSync(where, "utf8")).toBe(fileWith(V3));
        expect(said[1]).toContain("Pulumi.dev.yaml has another image by now, which stays.");
    });

    test("tells what runs when the update went through and something is not well", async () => {
        expect(await rollBack(() => Promise.resolve(1), [came2, came1])).toBe(1);
        expect(fs.readFileSync(where, "utf8")).toBe(fileWith(V1));
        expect(said[1]).toBe(
            `\nconnected-repo api in dev runs ${V1}, and Pulumi.dev.yaml has it; but not everything is well, see above. Commit the file if it is to stay so.`,
        );
    });

    test("must be there to be written to", () => {
        expect(new StackFile("dev", folder).isWritable()).toBe(true);
        expect(new StackFile("prod", folder).isWritable()).toBe(false);
        expect(new StackFile("prod", folder).read()).toBeUndefined();
    });
});
