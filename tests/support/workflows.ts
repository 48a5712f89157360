import fs from "node:fs";
import path from "node:path";
import { parse } from "yaml";

/** A step of a job. */
export interface Step {
    id?: string;
    name?: string;
    if?: string;
    uses?: string;
    with?: Record<string, unknown>;
    run?: string;
    env?: Record<string, string>;
}

/** A job, as far as the rules here look at it. */
export interface Job {
    if?: string;
    uses?: string;
    needs?: string | string[];
    with?: Record<string, string>;
    secrets?: "inherit" | Record<string, string>;
    permissions?: Record<string, string>;
    "runs-on"?: string;
    environment?: string;
    concurrency?: { group: string; "cancel-in-progress": boolean | string };
    outputs?: Record<string, string>;
    defaults?: { run?: { shell?: string; "working-directory"?: string } };
    env?: Record<string, string>;
    services?: Record<string, { image: string }>;
    steps?: Step[];
}

/** A workflow of GitHub's. */
export interface Workflow {
    on: Record<string, unknown>;
    permissions?: Record<string, string>;
    concurrency?: Job["concurrency"];
    jobs: Record<string, Job>;
}

export const WORKFLOWS = path.resolve(__dirname, "../../.github/workflows");

/** All workflows of a folder, by default the project's own, by file name; each call gives new ones. */
export function readWorkflows(folder: string = WORKFLOWS): Record<string, Workflow> {
    return Object.fromEntries(
        fs
            .readdirSync(folder)
            .sort()
            .map((name) => [name, parse(fs.readFileSync(path.join(folder, name), "utf8")) as Workflow]),
    );
}

const OWN_BRANCH = "github.event.pull_request.head.repo.full_name == github.repository";
const UPDATE_GROUP = "inputs.command != 'preview' && format('stack-{0}', inputs.stack)";

/** What breaks the rules of docs/ci.md, in words; none where all is well. */
export function brokenRules(workflows: Record<string, Workflow>): string[] {
    return Object.entries(workflows).flatMap(([file, workflow]) => [
        ...("pull_request_target" in workflow.on ? [`${file}: runs a fork's code with secrets`] : []),
        ...(workflow.permissions === undefined && !isCalled(workflow)
            ? [`${file}: has GitHub's own permissions`]
            : []),
        ...Object.entries(workflow.jobs).flatMap(([name, job]) =>
            rulesOf(workflows, workflow, job).map((rule) => `${file}, ${name}: ${rule}`),
        ),
    ]);
}

function rulesOf(workflows: Record<string, Workflow>, workflow: Workflow, job: Job): string[] {
    const called = workflows[path.basename(job.uses ?? "")];
    const jobs = [job, ...Object.values(called?.jobs ?? {})];
    const rules: [boolean, string][] = [
        [
            "pull_request" in workflow.on && jobs.some(hasSecrets) && job.if?.includes(OWN_BRANCH) !== true,
            "has secrets in a fork's pull request",
        ],
        [
            "pull_request" in workflow.on &&
                job.if?.includes(OWN_BRANCH) !== true &&
                jobs.some((one) => one["runs-on"] !== undefined && one["runs-on"] !== "ubuntu-latest"),
            "runs a fork's code on a runner of one's own",
        ],
        [
            job.uses !== undefined && job.permissions === undefined,
            "does not say what the workflow it calls may do",
        ],
        [
            updates(job) && job.with?.stack === "prod" && job.with.environment !== "production",
            "deploys to production without its environment",
        ],
        [job.with?.command === "up" && !needs(job).includes("test"), "deploys what was not tested"],
        [job.with?.command === "release" && !needs(job).includes("check"), "releases what was not checked"],
        [
            job.permissions?.contents === "write" && !releases(job),
            "may write to the repository, and releases nothing",
        ],
        [
            runsPulumi(job) && job.environment !== "${{ inputs.environment }}",
            "takes secrets of the whole repository, not of one environment",
        ],
        [
            runsPulumi(job) && job.concurrency?.group.includes(UPDATE_GROUP) !== true,
            "lets two updates of one stack run at a time",
        ],
        [
            runsPulumi(job) &&
                job.concurrency?.["cancel-in-progress"] !== "${{ inputs.command == 'preview' }}",
            "may cancel an update",
        ],
        [
            (workflow.concurrency?.["cancel-in-progress"] ?? false) !== false &&
                Object.values(workflow.jobs).some((one) => updates(one) || releases(one)),
            "is cancelled with its whole workflow",
        ],
        ...(job.steps ?? []).map(({ uses }): [boolean, string] => [
            uses !== undefined && !/^actions\/[\w-]+@[0-9a-f]{40}$/.test(uses),
            `${uses ?? ""} is no action of GitHub's own at a commit`,
        ]),
        ...(job.steps ?? []).map((step): [boolean, string] => [
            step.uses?.startsWith("actions/checkout@") === true &&
                step.with?.["persist-credentials"] !== false,
            "leaves its token in the work tree",
        ]),
        ...(job.steps ?? []).map(({ run = "", name = "" }): [boolean, string] => [
            // What somebody else has written would become a part of the script.
            run.includes("${{"),
            `the script of "${name}" has an expression in it`,
        ]),
    ];
    return rules.filter(([broken]) => broken).map(([, rule]) => rule);
}

function isCalled({ on }: Workflow): boolean {
    return Object.keys(on).join() === "workflow_call";
}

function hasSecrets(job: Job): boolean {
    return (
        job.secrets !== undefined || job.environment !== undefined || JSON.stringify(job).includes("secrets.")
    );
}

function runsPulumi(job: Job): boolean {
    return (job.steps ?? []).some(({ run = "" }) => /npm run .*\b(up|preview)\b/.test(run));
}

function updates(job: Job): boolean {
    return job.with?.command === "up" || job.with?.command === "release";
}

function releases(job: Job): boolean {
    return job.with?.command === "release" || path.basename(job.uses ?? "") === "release.yml";
}

function needs(job: Job): string[] {
    return [job.needs ?? []].flat();
}
