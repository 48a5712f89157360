import fs from "node:fs";
import { JobRun, resolveText, runJob } from "../support/workflowRun";
import { imageOf, ReleaseScene, stackFileWith } from "../support/releaseScene";
import { readWorkflows } from "../support/workflows";

const [A, B, C] = [imageOf("a"), imageOf("b"), imageOf("c")];

// Each step is a process of its own.
jest.setTimeout(60_000);

let scene: ReleaseScene;
let secrets: Record<string, string>;
beforeEach(async () => {
    secrets = {};
    scene = new ReleaseScene();
    await scene.start(A);
});
afterEach(() => scene.stop());

interface Asked {
    stack?: string;
    system?: string;
    app?: string;
    image?: string;
    rollback?: boolean;
}

const asked = { stack: "prod", system: "audifi", app: "api" };
const contextsOf = (inputs: Record<string, unknown>) => ({
    github: { token: "of-github", ref: "refs/heads/main" },
    secrets: { ...secrets, PULUMI_CONFIG_PASSPHRASE: "p" },
    vars: { PULUMI_BACKEND_URL: "s3://state" },
    runner: { temp: scene.folder },
    inputs,
});
const run = (file: string, name: string, inputs: Record<string, unknown>, at = scene.checkout()) =>
    runJob(readWorkflows()[file]?.jobs[name] ?? {}, contextsOf(inputs), at);

/** The job that looks at what was asked for. */
const check = (inputs: Asked, at = scene.checkout()) =>
    run("release.yml", "check", { ...asked, ...inputs }, at);
/** The job that has the stack's secrets. */
const pulumi = (command: string, image = "", at = scene.checkout()) =>
    run("pulumi.yml", "pulumi", { ...asked, command, image, environment: "production" }, at);
/** All of release.yml. */
async function release(inputs: Asked): Promise<JobRun> {
    const checked = await check(inputs);
    return checked.outputs.image === undefined || checked.outputs.image === "" || checked.result === "failure"
        ? checked
        : pulumi("release", checked.outputs.image);
}

const ups = () =>
    scene
        .calls()
        .filter((call) => call.includes("silent up"))
        .map((call) => call.split(" | ")[1]);
const subjects = () => scene.git("log", "--format=%s").split("\n");

test("a release commits the image on the branch, comments untouched, then brings it up", async () => {
    const { result, steps } = await release({ image: B });
    expect(result).toBe("success");
    expect(steps.slice(-2).map(({ name }) => name)).toEqual(["Set the image", "release"]);
    expect(scene.file()).toBe(stackFileWith(B));
    expect(scene.git("log", "-1", "--format=%B")).toBe(
        `Set audifi api in prod to ${B}\n\nIt was ${A}.\n\nRelease-of: audifi:images.api`,
    );
    expect(ups()).toEqual([B]);
    expect(scene.summary()).toContain(`audifi:images.api in prod: from ${A} to ${B}`);
});

test("an image that is set already is neither committed nor brought up, whether found early or late", async () => {
    const early = await check({ image: A });
    expect(early).toMatchObject({ result: "success", outputs: { image: "" } });
    const late = await pulumi("release", A);
    expect(late.result).toBe("success");
    expect(late.steps.map(({ name }) => name)).not.toContain("release");
    expect([subjects(), ups()]).toEqual([["Start"], []]);
});

test("an image that does not come up well is taken back, on the branch and in the stack, and the run fails", async () => {
    scene.breakWith(B);
    const { result, steps, log } = await release({ image: B });
    expect(result).toBe("failure");
    expect(steps.slice(-4)).toEqual([
        { name: "Set the image", outcome: "success" },
        { name: "release", outcome: "failure" },
        { name: "Put the previous image back", outcome: "success" },
        { name: "up with the previous image", outcome: "success" },
    ]);
    expect(log).toContain("::error::The image did not come up well; prod runs the previous one again.");
    expect(scene.file()).toBe(stackFileWith(A));
    expect(subjects()).toEqual([`Set audifi api in prod to ${A}`, `Set audifi api in prod to ${B}`, "Start"]);
    expect(ups()).toEqual([B, A]);
});

test("the previous image comes up also when the branch cannot be written to any more", async () => {
    scene.breakWith(B);
    scene.onRead = () => {
        // The first commit passes, all later ones meet this.
        if (subjects().length > 1) {
            scene.refusals.push({ status: 403, message: "Resource not accessible" });
        }
    };
    const { result, steps } = await release({ image: B });
    expect(result).toBe("failure");
    expect(steps.at(-2)).toEqual({ name: "Put the previous image back", outcome: "failure" });
    expect(steps.at(-1)).toEqual({ name: "up with the previous image", outcome: "success" });
    expect(ups()).toEqual([B, A]);
});

test("when nothing comes up, it says so", async () => {
    scene.breakWith("config:");
    const { result, log } = await release({ image: B });
    expect(result).toBe("failure");
    expect(log).toContain("and neither did prod with the previous one");
    expect(ups()).toEqual([B, A]);
});

test("a third image that somebody has set in between stays on the branch", async () => {
    scene.breakWith(B);
    scene.onRead = () => {
        if (scene.file() === stackFileWith(B)) {
            scene.onRead = undefined;
            scene.commit("By hand", { "Pulumi.prod.yaml": stackFileWith(C) });
        }
    };
    const { result, log } = await release({ image: B });
    expect(result).toBe("failure");
    expect(log).toContain("main has another image by now, which stays.");
    expect(scene.file()).toBe(stackFileWith(C));
});

test("a branch that moves on under the commit is read again; other changes of the file are kept", async () => {
    scene.onRead = () => {
        scene.onRead = undefined;
        scene.commit("By hand", { "Pulumi.prod.yaml": stackFileWith(A).replace("five", "six") });
    };
    expect(await pulumi("release", B)).toMatchObject({ result: "success" });
    expect(scene.file()).toBe(stackFileWith(B).replace("five", "six"));
});

test("where the branch's rules keep GitHub's token out, that is told before anything is brought up; another token passes", async () => {
    scene.ruled = true;
    const { result, log } = await pulumi("release", B);
    expect(result).toBe("failure");
    expect(log).toContain(
        "::error::GitHub's API answered 409: Changes must be made through a pull request. (request AB:12)",
    );
    expect(ups()).toEqual([]);
    secrets = { RELEASE_TOKEN: "passes-rules" };
    expect(await pulumi("release", B)).toMatchObject({ result: "success" });
    expect([scene.file(), ups()]).toEqual([stackFileWith(B), [B]]);
});

test("a branch that never stands still is given up", async () => {
    let count = 0;
    scene.onRead = () => {
        count += 1;
        scene.commit("By hand", { "Pulumi.prod.yaml": `${stackFileWith(A)}# ${count}\n` });
    };
    const { result, log } = await pulumi("release", B);
    expect([result, count, ups()]).toEqual(["failure", 5, []]);
    expect(log).toContain("::error::The branch main changed under each of 5 tries.");
});

test("updates of one stack wait for one another, whatever brings them; previews wait for none", () => {
    const group = (command: string) =>
        resolveText(readWorkflows()["pulumi.yml"]?.jobs.pulumi?.concurrency?.group ?? "", {
            github: { ref: "r" },
            inputs: { command, stack: "prod" },
        });
    expect(["up", "release", "preview"].map(group)).toEqual(["stack-prod", "stack-prod", "preview-prod-r"]);
});

test("two rollbacks go two images back, past the ones that had failed", async () => {
    await release({ image: B });
    scene.breakWith(C);
    await release({ image: C });
    expect(scene.file()).toBe(stackFileWith(B));
    const checked = await check({ rollback: true });
    expect(checked.outputs.image).toBe(A);
    expect(await release({ rollback: true })).toMatchObject({ result: "success" });
    expect(scene.file()).toBe(stackFileWith(A));
    const none = await check({ rollback: true });
    expect(none.result).toBe("failure");
    expect(none.log).toContain("the history of Pulumi.prod.yaml has no other image of audifi:images.api");
});

test("an image that a migration keeps the app from is neither committed nor brought up", async () => {
    await release({ image: B });
    scene.forbid(A);
    for (const inputs of [{ rollback: true }, { image: A }]) {
        const { result, steps } = await release(inputs);
        expect(result).toBe("failure");
        expect(steps.at(-1)).toEqual({ name: "Way back", outcome: "failure" });
    }
    expect([scene.file(), ups()]).toEqual([stackFileWith(B), [B]]);
    const asks = (image: string) => `npm run --silent rollback -- audifi api --stack prod --check ${image}`;
    expect(scene.calls().filter((call) => call.includes("rollback"))).toEqual([
        `${asks(B)} | ${A}`,
        `${asks(A)} | ${B}`,
        `${asks(A)} | ${B}`,
    ]);
});

test("what has not passed the tests does not come up with an image", async () => {
    const pushed = scene.commit("Change the program", { "index.ts": "// another\n" });
    const before = await check({ image: B });
    expect(before.result).toBe("failure");
    expect(before.log).toContain("the newest commit of main has not passed the tests");
    scene.passed.add(pushed);
    expect(await release({ image: B })).toMatchObject({ result: "success" });
    // The release's own commit has no tests, and needs none.
    expect(await release({ image: C })).toMatchObject({ result: "success" });
});

test("a commit that holds releases' words and more has to have passed the tests itself", async () => {
    await release({ image: B });
    const words = scene.git("log", "-1", "--format=%B");
    const squashed = scene.commit(`Promote\n\n${words}`, { "index.ts": "// another\n" });
    expect(await check({ image: C })).toMatchObject({ result: "failure" });
    scene.passed.add(squashed);
    expect(await check({ image: C })).toMatchObject({ result: "success" });
    // So does an image by hand, whose commit changes nothing but the stack's file.
    scene.commit("By hand", { "Pulumi.prod.yaml": stackFileWith(A) });
    expect(await check({ image: C })).toMatchObject({ result: "failure" });
});

describe("deploy", () => {
    test("takes images along that were released while its tests ran", async () => {
        const at = scene.checkout();
        await release({ image: B });
        const { root, env } = scene.checkout();
        const { steps } = await pulumi("up", "", {
            root,
            env: { ...env, GITHUB_SHA: at.env.GITHUB_SHA ?? "" },
        });
        expect(steps.at(-1)).toEqual({ name: "up", outcome: "success" });
        expect(ups()).toEqual([B, B]);
    });

    test.each([
        ["a program", "index.ts", "// another\n"],
        ["settings", "Pulumi.prod.yaml", stackFileWith(B)],
    ])("leaves %s that somebody has pushed since to the run of that commit", async (_, file, text) => {
        const before = scene.head();
        scene.commit("By hand", { [file]: text });
        const { root, env } = scene.checkout();
        const { result, log } = await pulumi("up", "", { root, env: { ...env, GITHUB_SHA: before } });
        expect(result).toBe("success");
        expect(log).toContain("main has moved on to");
        expect(ups()).toEqual([]);
    });
});

describe("what somebody else has written", () => {
    const marker = () => `${scene.folder}/hacked`;
    test.each<[string, (touch: string) => Asked, string]>([
        ["a command in the image", (touch) => ({ image: `$(${touch})` }), "is no reference of an image"],
        ["backticks", (touch) => ({ image: `a:\`${touch}\`` }), "is no reference of an image"],
        [
            "a command to the runner on a line of its own",
            () => ({ image: `${B}\n::error::mine` }),
            "is no reference of an image",
        ],
        [
            "an output on a line of its own",
            () => ({ image: `${B}\nimage=evil` }),
            "is no reference of an image",
        ],
        ["an option", () => ({ image: "--help" }), "is no reference of an image"],
        ["a tag that moves", () => ({ image: "registry.fly.io/audifi-api:latest" }), "floats"],
        [
            "somebody else's image",
            () => ({ image: "registry.fly.io/evil:1.2.3" }),
            "is an image of another name than the app's, registry.fly.io/audifi-api",
        ],
        ["a path for the stack", () => ({ stack: "../prod", image: B }), "one of staging, prod"],
        ["a member of every object", () => ({ stack: "constructor", image: B }), "one of staging, prod"],
        ["another branch's stack", () => ({ stack: "staging", image: B }), "is not where the stack staging"],
        [
            "a system that is none",
            (touch) => ({ system: `;${touch}`, image: B }),
            "is unknown: one of degixdaw",
        ],
        ["an app that is none", () => ({ app: "__proto__", image: B }), "is unknown: one of api"],
    ])("%s is refused, and never run", async (_, inputs, message) => {
        const wanted = { ...asked, ...inputs(`touch ${marker()}`) };
        const runs = await Promise.all([
            check(wanted),
            run("pulumi.yml", "pulumi", { ...wanted, command: "release" }),
        ]);
        for (const { result, log, outputs } of runs) {
            expect(result).toBe("failure");
            expect(log).toContain(message);
            expect(log).not.toMatch(/^::error::mine/m);
            expect(outputs.image ?? "").toBe("");
        }
        expect([subjects(), ups(), fs.existsSync(marker())]).toEqual([["Start"], [], false]);
    });
});
