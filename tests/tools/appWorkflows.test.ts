import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import execa from "execa";
import { checkImage, readRequest } from "../../tools/release/request";
import { ensureActionlint } from "../../tools/setup/actionlint";
import { projectRoot } from "../../tools/setup/paths";
import { JobRun, runJob } from "../support/workflowRun";
import { brokenRules, readWorkflows } from "../support/workflows";

const SAMPLE = path.join(projectRoot, "samples/audifi");
const workflows = () => readWorkflows(path.join(SAMPLE, ".github/workflows"));

let folder: string;
beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "berth-audifi-"));
});
afterEach(() => {
    fs.rmSync(folder, { recursive: true });
});

function git(...args: string[]): string {
    const who = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    return execFileSync("git", [...who, ...args], { cwd: folder, encoding: "utf8" }).trim();
}

test("actionlint has nothing to say of them, in a repository of their own", async () => {
    git("init", "--quiet");
    fs.cpSync(SAMPLE, folder, { recursive: true });
    const { exitCode, stdout, stderr } = await execa(
        await ensureActionlint(),
        ["-no-color", "-oneline", "-shellcheck=", "-pyflakes=", "-verbose"],
        { cwd: folder, reject: false },
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
    expect(stderr).toContain("Found 0 errors in 2 files");
}, 300_000);

test("they keep the rules of the project's own", () => {
    expect(Object.keys(workflows())).toEqual(["ci.yml", "release.yml"]);
    expect(brokenRules(workflows())).toEqual([]);
});

test("they take the secrets and variables that docs/ci.md lists, and no others", () => {
    const used = [...JSON.stringify(workflows()).matchAll(/\b(?:secrets|vars)\.([A-Z0-9_]+)/g)];
    const page = fs.readFileSync(path.join(projectRoot, "docs/ci.md"), "utf8");
    const section = page.split(/^## /m).find((text) => text.startsWith("Apps with repositories")) ?? "";
    const listed = [...section.matchAll(/^\| `([A-Z0-9_]+)`/gm)].map(([, name]) => name);
    expect([...new Set(used.map(([, name]) => name))].sort()).toEqual(listed.sort());
});

const job = (file: string, name: string) => workflows()[file]?.jobs[name] ?? {};
const run = (file: string, name: string, contexts: Parameters<typeof runJob>[1], env = {}) =>
    runJob(
        job(file, name),
        { runner: { temp: folder }, ...contexts },
        {
            root: folder,
            env: {
                PATH: `${folder}/bin:${path.dirname(process.execPath)}:/usr/bin:/bin`,
                HOME: folder,
                RUNNER_TEMP: folder,
                ...env,
            },
        },
    );

describe("what is tested", () => {
    const commit = (...files: string[]) => {
        for (const file of files) {
            fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
            fs.appendFileSync(path.join(folder, file), "x\n");
        }
        git("add", ".");
        git("commit", "--quiet", "--message", files.join());
        return git("rev-parse", "HEAD");
    };
    const changed = async (github: Record<string, unknown>) => {
        const { result, outputs } = await run("ci.yml", "changes", { github });
        return { result, server: outputs.server };
    };
    let first: string;
    beforeEach(() => {
        git("init", "--quiet", "--initial-branch", "develop");
        first = commit("server/index.ts", "app/index.ts", ".github/workflows/ci.yml");
    });

    test.each([
        ["the app only", ["app/index.ts"], "false"],
        ["the server", ["app/index.ts", "server/src/deep/index.ts"], "true"],
        ["the workflow itself", [".github/workflows/ci.yml"], "true"],
        ["a folder of a similar name", ["server-docs/index.md"], "false"],
    ])("a push of %s", async (_, files, server) => {
        commit(...files);
        commit("app/more.ts");
        const github = { event_name: "push", event: { before: first } };
        expect(await changed(github)).toEqual({ result: "success", server });
    });

    test.each([
        ["a new branch", "0".repeat(40)],
        ["a forced push over what is gone", "1".repeat(40)],
        ["a run by hand", ""],
    ])("%s is tested whole", async (_, before) => {
        expect(await changed({ event_name: "push", event: { before } })).toMatchObject({ server: "true" });
    });

    test.each([
        ["app/index.ts", "false"],
        ["server/index.ts", "true"],
    ])(
        "a pull request is held against the branch it goes to, not against its age: %s",
        async (file, server) => {
            git("checkout", "--quiet", "-b", "feature");
            commit(file === "app/index.ts" ? "app/other.ts" : "server/other.ts");
            git("checkout", "--quiet", "develop");
            commit("server/elsewhere.ts");
            git("merge", "--quiet", "--no-ff", "--message", "merge", "feature");
            expect(await changed({ event_name: "pull_request", event: {} })).toMatchObject({ server });
        },
    );

    test.each([
        ["success", "success", "success"],
        ["success", "skipped", "success"],
        ["success", "failure", "failure"],
        ["success", "cancelled", "failure"],
        ["failure", "skipped", "failure"],
    ])("the required check says of changes %s and test %s: %s", async (changes, tested, expected) => {
        const needs = { changes: { result: changes }, test: { result: tested } };
        expect(job("ci.yml", "ci").if).toBe("always()");
        expect(await run("ci.yml", "ci", { needs })).toMatchObject({ result: expected });
    });
});

describe("the image", () => {
    const SHA = "c".repeat(40);
    const DIGEST = `sha256:${"d".repeat(64)}`;
    const docker = `#!/bin/bash
echo "docker $*" >> "$HOME/calls"
case "$*" in
  login*) cat > "$HOME/password" ;;
  *imagetools*) cat "$HOME/there" ;;
  *"buildx build"*)
    while [ "$1" != --cache-to ]; do shift; done
    layers="\${2#*dest=}"; mkdir "\${layers%%,*}"
    printf '{ "containerimage.digest": "%s" }' "$BUILT" > "$RUNNER_TEMP/image.json" ;;
esac
`;
    beforeEach(() => {
        fs.mkdirSync(path.join(folder, "bin"));
        fs.writeFileSync(path.join(folder, "bin/docker"), docker, { mode: 0o755 });
    });
    const build = (ref: string, vars = {}, built = DIGEST): Promise<JobRun> =>
        run(
            "release.yml",
            "image",
            {
                github: { ref: `refs/heads/${ref}`, sha: SHA },
                vars,
                secrets: { FLY_API_TOKEN: "FlyV1 hunter2" },
            },
            { GITHUB_SHA: SHA, BUILT: built },
        );
    const calls = () => fs.readFileSync(path.join(folder, "calls"), "utf8").trim().split("\n");
    const builds = () => calls().filter((call) => call.includes("buildx build"));

    test.each([
        ["develop", {}, "audifi-api-staging"],
        ["main", {}, "audifi-api"],
        ["develop", { FLY_APP_STAGING: "a", FLY_APP_PRODUCTION: "b" }, "a"],
        ["main", { FLY_APP_STAGING: "a", FLY_APP_PRODUCTION: "b" }, "b"],
    ])("of %s with %j goes to the registry of %s, and by its digest on", async (ref, vars, app) => {
        const { result, outputs, log } = await build(ref, vars);
        expect(result).toBe("success");
        expect(outputs).toEqual({ image: `registry.fly.io/${app}:${SHA}@${DIGEST}` });
        expect(builds()).toEqual([expect.stringContaining(`--tag registry.fly.io/${app}:${SHA} `)]);
        // The token goes in by stdin: arguments are in the list of processes.
        expect(fs.readFileSync(path.join(folder, "password"), "utf8")).toBe("FlyV1 hunter2");
        expect(`${calls().join()}${log}`).not.toContain("hunter2");
        expect(calls()[0]).toBe("docker login registry.fly.io --username x --password-stdin");
    });

    test("layers of the build before are used, and replaced", async () => {
        await build("main");
        fs.writeFileSync(path.join(folder, "layers/old"), "");
        await build("main");
        const layers = `type=local,src=${folder}/layers`;
        expect(builds().map((call) => call.includes(`--cache-from ${layers}`))).toEqual([false, true]);
        expect(fs.readdirSync(path.join(folder, "layers"))).toEqual([]);
    });

    test("of a run that is started again is the one that is there", async () => {
        fs.writeFileSync(path.join(folder, "there"), `sha256:${"e".repeat(64)}\n`);
        const { outputs } = await build("main");
        expect(outputs.image).toBe(`registry.fly.io/audifi-api:${SHA}@sha256:${"e".repeat(64)}`);
        expect(builds()).toEqual([]);
    });

    test("without a digest, or without the secret, is none", async () => {
        expect(await build("main", {}, "undefined")).toMatchObject({
            result: "failure",
            outputs: { image: "" },
        });
        const { result, log } = await run("release.yml", "image", { github: {}, vars: {}, secrets: {} });
        expect([result, log]).toEqual(["failure", expect.stringContaining("FLY_API_TOKEN is not set")]);
    });

    test("goes nowhere from a variable that is no name", async () => {
        const { result } = await build("main", { FLY_APP_PRODUCTION: `$(touch ${folder}/hacked)` });
        expect(result).toBe("success");
        expect(builds()).toEqual([
            expect.stringContaining(`registry.fly.io/$(touch ${folder}/hacked):${SHA}`),
        ]);
        expect(fs.existsSync(path.join(folder, "hacked"))).toBe(false);
    });
});

describe("the question for the release", () => {
    beforeEach(() => {
        fs.mkdirSync(path.join(folder, "bin"));
        const gh = '#!/bin/bash\nprintf "%s\\0" "$GH_TOKEN" "$@" > "$HOME/calls"\n';
        fs.writeFileSync(path.join(folder, "bin/gh"), gh, { mode: 0o755 });
    });
    const ask = (ref: string, image: string, settings = true) =>
        run(
            "release.yml",
            "release",
            {
                github: { ref: `refs/heads/${ref}` },
                vars: settings ? { DEPLOY_REPOSITORY: "team/berth" } : {},
                secrets: settings ? { DEPLOY_TOKEN: "hunter2" } : {},
                needs: { image: { outputs: { image } } },
            },
            { GITHUB_SERVER_URL: "https://github.com", GITHUB_STEP_SUMMARY: path.join(folder, "summary") },
        );
    const calls = () => fs.readFileSync(path.join(folder, "calls"), "utf8").split("\0").slice(0, -1);

    test.each([
        ["develop", "staging", "dev", "audifi-api-staging"],
        ["main", "prod", "main", "audifi-api"],
    ])("from %s is one that the stack %s takes", async (ref, stack, branch, app) => {
        const image = `registry.fly.io/${app}:${"c".repeat(40)}@sha256:${"d".repeat(64)}`;
        expect(await ask(ref, image)).toMatchObject({ result: "success" });
        const fields = { stack, system: "audifi", app: "api", image };
        expect(calls()).toEqual([
            "hunter2",
            ...["workflow", "run", "release.yml", "--repo", "team/berth", "--ref", branch],
            ...Object.entries(fields).flatMap(([name, value]) => ["--raw-field", `${name}=${value}`]),
        ]);
        // As the other side reads it.
        const { request, problems } = readRequest({
            ...{ STACK: stack, SYSTEM: "audifi", APP: "api" },
            GITHUB_REF: `refs/heads/${branch}`,
        });
        const present = `registry.fly.io/${app}:1a2b3c4`;
        expect([...problems, ...checkImage(request, image, { present, history: [] })]).toEqual([]);
        const inputs = Object.keys(
            (readWorkflows()["release.yml"]?.on.workflow_dispatch as { inputs: object }).inputs,
        );
        expect(inputs).toEqual(Object.keys(fields));
    });

    test("takes a reference for what it is, whatever it holds", async () => {
        const image = `x"; touch ${folder}/hacked; $(touch ${folder}/hacked)\nstack=prod`;
        await ask("develop", image);
        expect(calls().at(-1)).toBe(`image=${image}`);
        expect(fs.existsSync(path.join(folder, "hacked"))).toBe(false);
    });

    test("without its settings names the one that is missing", async () => {
        const { result, log } = await ask("main", "x", false);
        expect([result, log]).toEqual(["failure", expect.stringContaining("DEPLOY_REPOSITORY is not set")]);
    });
});
