import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import execa from "execa";
import { ensureActionlint } from "../../tools/setup/actionlint";
import { TESTS_CHECK } from "../../tools/release/github";
import { BRANCHES } from "../../tools/release/request";
import { requireGo } from "../../tools/setup/go";
import { cacheFolder, projectRoot } from "../../tools/setup/paths";
import { brokenRules, Job, readWorkflows, Workflow, WORKFLOWS } from "../support/workflows";

let folder: string;
beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "berth-workflows-"));
});
afterAll(() => {
    fs.rmSync(folder, { recursive: true });
});

describe("actionlint", () => {
    let program: string;
    // Built here, where set-up has not done it: a first build downloads modules.
    beforeAll(async () => {
        program = await ensureActionlint();
    }, 300_000);

    // Neither shellcheck nor pyflakes: whether a machine has them must not change the result.
    const lint = (files: string[]) =>
        execa(program, ["-no-color", "-oneline", "-shellcheck=", "-pyflakes=", ...files], {
            cwd: projectRoot,
            reject: false,
        });

    test("has nothing to say of the workflows", async () => {
        const files = fs.readdirSync(WORKFLOWS).map((name) => path.join(".github/workflows", name));
        expect(files.length).toBeGreaterThan(0);
        const { exitCode, stdout, stderr } = await lint(files);
        expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    });

    test("tells what is wrong with a broken one", async () => {
        const file = path.join(folder, "broken.yml");
        const text = `on: push
jobs:
  up:
    runs-on: ubuntu-latest
    needs: [tests]
    steps:
      - run: echo \${{ github.event.pull_request.title }}
`;
        fs.writeFileSync(file, text);
        const { exitCode, stdout } = await lint([file]);
        expect(exitCode).toBe(1);
        expect(stdout).toContain('job "up" needs job "tests" which does not exist in this workflow');
        expect(stdout).toContain('"github.event.pull_request.title" is potentially untrusted');
    });

    test("without a Go that can build it, says so", async () => {
        fs.writeFileSync(path.join(folder, "go.mod"), "module x\n\ngo 99.1\n");
        await expect(requireGo(folder, "actionlint")).rejects.toThrow(
            /^actionlint has to be built here, and .*\n {2}→ Install Go 99\.1 or newer/,
        );
    });
});

describe("the workflows", () => {
    test("keep the rules", () => {
        expect(Object.keys(readWorkflows())).toEqual([
            "deploy.yml",
            "pull-request.yml",
            "pulumi.yml",
            "rehearsal.yml",
            "release.yml",
            "rollback.yml",
            "test.yml",
        ]);
        expect(brokenRules(readWorkflows())).toEqual([]);
    });

    test("bring each branch up in its own environment", () => {
        const called = (file: string, command: string) =>
            Object.values(readWorkflows()[file]?.jobs ?? {})
                .filter((job) => job.with?.command === command)
                .map((job) => [job.if, job.with?.stack, job.with?.environment]);
        expect(called("deploy.yml", "up")).toEqual([
            [`github.ref == 'refs/heads/${BRANCHES.staging ?? ""}'`, "staging", "staging"],
            [`github.ref == 'refs/heads/${BRANCHES.prod ?? ""}'`, "prod", "production"],
        ]);
        expect(called("release.yml", "release")).toEqual([
            ["inputs.stack == 'staging' && needs.check.outputs.image != ''", "staging", "staging"],
            ["inputs.stack == 'prod' && needs.check.outputs.image != ''", "prod", "production"],
        ]);
    });

    test("leave the check on a commit that a release looks for", () => {
        const { "deploy.yml": deploy, "test.yml": tests } = readWorkflows();
        const [caller = "", { uses = "" } = {}] = Object.entries(deploy?.jobs ?? {})[0] ?? [];
        expect(uses).toBe("./.github/workflows/test.yml");
        expect(`${caller} / ${Object.keys(tests?.jobs ?? {}).join()}`).toBe(TESTS_CHECK);
    });

    test("run as root what takes it, set up by somebody else, and keep what a rehearsal has said", () => {
        const { "test.yml": tests, "rehearsal.yml": rehearsal } = readWorkflows();
        const runs = (job?: Job) => (job?.steps ?? []).flatMap(({ run }) => run ?? []);
        expect(runs(tests?.jobs.test)).toEqual([
            "npm run setup",
            'sudo env "PATH=$PATH" "HOME=$HOME" "CI=$CI" npm test',
        ]);
        expect(runs(rehearsal?.jobs.rehearse).slice(0, 2)).toEqual([
            "npm run setup",
            'sudo env "PATH=$PATH" "HOME=$HOME" npm run rehearse -- --stack "$STACK"',
        ]);
        const kept = rehearsal?.jobs.rehearse?.steps?.find(({ uses = "" }) => uses.includes("upload"));
        const logs = path.join(cacheFolder({}), "rehearsal/run/logs").replace(os.homedir(), "~");
        expect([kept?.if, kept?.with?.path]).toEqual(["always()", `report\n${logs}\n`]);
    });

    test("take the secrets and variables that docs/ci.md lists, and no others", () => {
        const used = new Set(
            [...JSON.stringify(readWorkflows()).matchAll(/\b(?:secrets|vars)\.([A-Z0-9_]+)/g)].map(
                ([, name]) => name,
            ),
        );
        const page = fs.readFileSync(path.join(projectRoot, "docs/ci.md"), "utf8");
        const section = page.split(/^## /m).find((text) => text.startsWith("What has to be set")) ?? "";
        const listed = [...section.matchAll(/^\| `([A-Z0-9_]+)`/gm)].map(([, name]) => name);
        expect([...used].sort()).toEqual(listed.sort());
    });

    type Breaking = (workflows: Record<string, Workflow>) => void;
    const job = (workflows: Record<string, Workflow>, file: string, name: string): Job =>
        workflows[file]?.jobs[name] ?? {};

    test.each<[string, Breaking]>([
        [
            "pull-request.yml: runs a fork's code with secrets",
            (all) => Object.assign(all["pull-request.yml"]?.on ?? {}, { pull_request_target: {} }),
        ],
        ["deploy.yml: has GitHub's own permissions", (all) => delete all["deploy.yml"]?.permissions],
        ["release.yml: has GitHub's own permissions", (all) => delete all["release.yml"]?.permissions],
        [
            "pull-request.yml, preview: has secrets in a fork's pull request",
            (all) => delete job(all, "pull-request.yml", "preview").if,
        ],
        [
            "pull-request.yml, test: runs a fork's code on a runner of one's own",
            (all) => (job(all, "test.yml", "test")["runs-on"] = "${{ vars.DEPLOY_RUNNER }}"),
        ],
        [
            "deploy.yml, staging: does not say what the workflow it calls may do",
            (all) => delete job(all, "deploy.yml", "staging").permissions,
        ],
        [
            "deploy.yml, production: deploys to production without its environment",
            (all) =>
                Object.assign(job(all, "deploy.yml", "production").with ?? {}, { environment: "staging" }),
        ],
        [
            "deploy.yml, production: deploys what was not tested",
            (all) => delete job(all, "deploy.yml", "production").needs,
        ],
        [
            "release.yml, production: deploys to production without its environment",
            (all) =>
                Object.assign(job(all, "release.yml", "production").with ?? {}, { environment: "staging" }),
        ],
        [
            "release.yml, staging: releases what was not checked",
            (all) => delete job(all, "release.yml", "staging").needs,
        ],
        [
            "deploy.yml, staging: may write to the repository, and releases nothing",
            (all) => (job(all, "deploy.yml", "staging").permissions = { contents: "write" }),
        ],
        [
            "rollback.yml, rollback: is cancelled with its whole workflow",
            (all) =>
                Object.assign(all["rollback.yml"] ?? {}, {
                    concurrency: { group: "x", "cancel-in-progress": true },
                }),
        ],
        [
            "release.yml, check: leaves its token in the work tree",
            (all) => delete job(all, "release.yml", "check").steps?.[0]?.with,
        ],
        [
            "pulumi.yml, pulumi: takes secrets of the whole repository, not of one environment",
            (all) => delete job(all, "pulumi.yml", "pulumi").environment,
        ],
        [
            "pulumi.yml, pulumi: lets two updates of one stack run at a time",
            (all) =>
                Object.assign(job(all, "pulumi.yml", "pulumi").concurrency ?? {}, {
                    group: "${{ github.ref }}",
                }),
        ],
        [
            "pulumi.yml, pulumi: may cancel an update",
            (all) =>
                Object.assign(job(all, "pulumi.yml", "pulumi").concurrency ?? {}, {
                    "cancel-in-progress": true,
                }),
        ],
        [
            "deploy.yml, staging: is cancelled with its whole workflow",
            (all) =>
                Object.assign(all["deploy.yml"] ?? {}, {
                    concurrency: { group: "x", "cancel-in-progress": true },
                }),
        ],
        [
            "test.yml, test: somebody/action@v1 is no action of GitHub's own at a commit",
            (all) => job(all, "test.yml", "test").steps?.push({ uses: "somebody/action@v1" }),
        ],
        [
            'test.yml, test: the script of "title" has an expression in it',
            (all) =>
                job(all, "test.yml", "test").steps?.push({
                    name: "title",
                    run: "echo ${{ github.head_ref }}",
                }),
        ],
    ])("%s", (rule, breakIt) => {
        const workflows = readWorkflows();
        breakIt(workflows);
        expect(brokenRules(workflows)).toContain(rule);
    });
});
