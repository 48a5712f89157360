import fs from "node:fs";
import path from "node:path";
import vm from "node:vm";
import execa from "execa";
import { Job, Step } from "./workflows";

/** What GitHub gives to a job, as far as expressions here ask for it. */
export type Contexts = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** How a job ended, as GitHub shows it. */
export interface JobRun {
    readonly result: "success" | "failure";
    /** Steps that ran, each with how it ended; an action's own with its name and without doing anything. */
    readonly steps: readonly { readonly name: string; readonly outcome: "success" | "failure" }[];
    readonly outputs: Readonly<Record<string, string>>;
    /** What the scripts printed. */
    readonly log: string;
}

interface StepState {
    outcome: "success" | "failure" | "skipped";
    outputs: Record<string, string>;
}

/**
 * Runs a job's scripts one after the other, as a runner does: their conditions and variables are evaluated, each script is
 * run by the same shell with the same options, and what it leaves in GITHUB_OUTPUT is there for the next.
 */
export async function runJob(
    job: Job,
    contexts: Contexts,
    { root, env }: { root: string; env: Record<string, string> },
): Promise<JobRun> {
    const all = job.steps ?? [];
    const states = Object.fromEntries(all.map(({ id = "" }) => [id, newState()]));
    const ran: { name: string; outcome: "success" | "failure" }[] = [];
    const logs: string[] = [];
    let failed = false;
    for (const step of all) {
        const scope = { ...contexts, steps: states };
        const condition = bare(step.if ?? "success()");
        const guarded = /\b(success|failure|always|cancelled)\(/.test(condition)
            ? condition
            : `success() && (${condition})`;
        if (evaluate(guarded, scope, failed) !== true) {
            continue;
        }
        const variables = { ...resolveAll(job.env, scope, failed), ...resolveAll(step.env, scope, failed) };
        const { outcome, outputs, log } = await runStep(step, job, { root, env: { ...env, ...variables } });
        logs.push(log);
        failed ||= outcome === "failure";
        ran.push({
            name: resolve(step.name ?? step.uses ?? step.run ?? "", scope, failed).replace(/@.*/, ""),
            outcome,
        });
        states[step.id ?? ""] = { outcome, outputs };
    }
    const outputs = resolveAll(job.outputs, { ...contexts, steps: states }, failed);
    return { result: failed ? "failure" : "success", steps: ran, outputs, log: logs.join("") };
}

function newState(): StepState {
    return { outcome: "skipped", outputs: {} };
}

async function runStep(
    step: Step,
    job: Job,
    { root, env }: { root: string; env: Record<string, string> },
): Promise<{ outcome: "success" | "failure"; outputs: Record<string, string>; log: string }> {
    if (step.run === undefined) {
        return { outcome: "success", outputs: {}, log: "" };
    }
    const temp = fs.mkdtempSync(path.join(env.RUNNER_TEMP ?? root, "step-"));
    const [script, output] = [path.join(temp, "script.sh"), path.join(temp, "output")];
    fs.writeFileSync(script, step.run);
    fs.writeFileSync(output, "");
    // GitHub's own two: with the shell named, and without.
    const options =
        job.defaults?.run?.shell === "bash" ? ["--noprofile", "--norc", "-eo", "pipefail"] : ["-e"];
    const { exitCode, all = "" } = await execa("bash", [...options, script], {
        cwd: path.join(root, job.defaults?.run?.["working-directory"] ?? "."),
        env: { ...env, GITHUB_OUTPUT: output },
        extendEnv: false,
        reject: false,
        all: true,
    });
    const lines = fs.readFileSync(output, "utf8").split("\n").filter(Boolean);
    const outputs = Object.fromEntries(
        lines.map((line) => [line.split("=", 1)[0] ?? "", line.slice(line.indexOf("=") + 1)]),
    );
    return { outcome: exitCode === 0 ? "success" : "failure", outputs, log: `${all}\n` };
}

function resolveAll(
    values: Record<string, unknown> | undefined,
    scope: Contexts,
    failed: boolean,
): Record<string, string> {
    return Object.fromEntries(
        Object.entries(values ?? {}).map(([name, value]) => [name, resolve(String(value), scope, failed)]),
    );
}

/** A text with its expressions evaluated, outside of any step. */
export function resolveText(text: string, contexts: Contexts): string {
    return resolve(text, contexts, false);
}

function resolve(text: string, scope: Contexts, failed: boolean): string {
    return text.replace(/\$\{\{(.*?)\}\}/gs, (_, expression: string) =>
        String(evaluate(expression, scope, failed)),
    );
}

function bare(condition: string): string {
    return condition.replace(/^\$\{\{|\}\}$/g, "");
}

/** GitHub's expressions are JavaScript's, as far as the workflows here use them; what is not there is empty. */
function evaluate(expression: string, scope: Contexts, failed: boolean): string | boolean | number {
    const functions = {
        success: () => !failed,
        failure: () => failed,
        cancelled: () => false,
        always: () => true,
        format: (text: string, ...values: string[]) =>
            text.replace(/\{(\d)\}/g, (_, index: string) => values[Number(index)] ?? ""),
    };
    return vm.runInNewContext(expression, { ...lenient(scope), ...functions }) as string | boolean | number;
}

function lenient(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const entries = Object.entries(value).map(([key, one]): [string, unknown] => [
        key,
        typeof one === "object" && one !== null ? empty(lenient(one as Record<string, unknown>)) : one,
    ]);
    return Object.fromEntries(entries);
}

function empty(value: Record<string, unknown>): Record<string, unknown> {
    return new Proxy(value, { get: (target, key) => target[key as string] ?? "" });
}
