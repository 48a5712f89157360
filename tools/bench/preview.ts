import path from "node:path";
import { pulumiJson, stackExists } from "../pulumi";
import { Environment } from "../setup";
import { SetupError } from "../setup/errors";
import { emptyOf, Export, flatten, leavesOf } from "./deployment";
import { makeProject, TemporaryProject } from "./project";
import { registrationsOf } from "./registrations";
import { alternate, Spread, spreadOf } from "./rounds";
import { withScratch } from "./scratch";
import { timePreview } from "./timedPreview";

/** What is measured, and how often. */
export interface PreviewOptions {
    readonly stack: string;
    /** Counted rounds; one more goes before them. */
    readonly runs: number;
    /** The stack's file, where it is not the usual one. */
    readonly configFile?: string;
}

/** One program's part of the result. */
export interface Measured extends Spread {
    /** Resources that its preview found unchanged, the stack itself among them. */
    readonly unchanged: number;
}

/** What came out. */
export interface PreviewResult {
    /** Resources that providers stand behind: the same in the stack and in the bare program. */
    readonly leaves: number;
    readonly stack: Measured;
    readonly bare: Measured;
    readonly empty: Measured;
    /** Median of the rounds' own ratios of stack to bare: what a burst of other work on the machine moves least. */
    readonly roundRatio: number;
}

const PROJECT = "berth-bench";

/**
 * Measures whole previews with nothing to change, in turns: of a stack as a user runs it, of its leaves registered bare, and
 * of an empty program.
 */
export async function benchPreview(
    environment: Environment,
    options: PreviewOptions,
    say: (line: string) => void,
): Promise<PreviewResult> {
    const state = await stateOf(environment, options.stack);
    const leaves = leavesOf(state);
    return withScratch(async (root, signal) => {
        const bare = await makeProject(root, environment, {
            project: PROJECT,
            stack: "bare",
            source: "bare.cjs",
            data: { "registrations.json": registrationsOf(leaves) },
            state: flatten(state, { project: PROJECT, stack: "bare" }),
        });
        const empty = await makeProject(root, environment, {
            project: PROJECT,
            stack: "empty",
            source: "empty.cjs",
            state: emptyOf(state, { project: PROJECT, stack: "empty" }),
        });
        return await measure(environment, options, { leaves: leaves.length, bare, empty, signal }, say);
    });
}

/** The stack's state with its secrets in clear: it stays in memory and in the temporary folder. */
async function stateOf(environment: Environment, stack: string): Promise<Export> {
    const notUp = new SetupError(
        `The stack ${stack} is not up: there is nothing to measure.`,
        "Run `npm run up` first.",
    );
    if (!(await stackExists(environment, stack))) {
        throw notUp;
    }
    const args = ["stack", "export", "--show-secrets", "--stack", stack];
    const state = (await pulumiJson(environment, args)) as Export;
    const { resources = [], pending_operations: pending = [] } = state.deployment;
    if (leavesOf(state).length === 0) {
        throw notUp;
    }
    if (pending.length > 0 || resources.some((each) => each.delete === true)) {
        throw new SetupError(`An update of the stack ${stack} was not finished.`, "Run `npm run up` first.");
    }
    return state;
}

interface Programs {
    readonly leaves: number;
    readonly bare: TemporaryProject;
    readonly empty: TemporaryProject;
    readonly signal: AbortSignal;
}

async function measure(
    environment: Environment,
    { stack, runs, configFile }: PreviewOptions,
    { leaves, bare, empty, signal }: Programs,
    say: (line: string) => void,
): Promise<PreviewResult> {
    const unchanged = { stack: 0, bare: 0, empty: 0 };
    const config = configFile === undefined ? [] : ["--config-file", path.resolve(configFile)];
    const previewIn = (name: "bare" | "empty", project: TemporaryProject, expected: number) => async () => {
        const run = await preview(project.environment, project.stack, ["-C", project.folder]);
        expectCount(name, run.unchanged, expected);
        unchanged[name] = run.unchanged;
        return run.ms;
    };
    const times = await alternate(
        {
            stack: async () => {
                const run = await preview(environment, stack, config);
                unchanged.stack = run.unchanged;
                return run.ms;
            },
            bare: previewIn("bare", bare, leaves + 1),
            empty: previewIn("empty", empty, 1),
        },
        runs,
        (round, latest) => {
            const each = Object.entries(latest).map(([name, ms]) => `${name} ${(ms / 1000).toFixed(2)} s`);
            say(`  ${round === 0 ? "warm-up" : `round ${round} of ${runs}`}: ${each.join(", ")}`);
        },
        signal,
    );
    return {
        leaves,
        stack: { ...spreadOf(times.stack), unchanged: unchanged.stack },
        bare: { ...spreadOf(times.bare), unchanged: unchanged.bare },
        empty: { ...spreadOf(times.empty), unchanged: unchanged.empty },
        roundRatio: spreadOf(times.stack.map((ms, round) => ms / (times.bare[round] ?? ms))).median,
    };
}

/** One preview, from the start of the command to its end. It has to find everything as it is. */
async function preview(
    environment: Environment,
    stack: string,
    more: readonly string[],
): Promise<{ ms: number; unchanged: number }> {
    const { ms, code, stdout } = await timePreview(environment, stack, [...more, "--expect-no-changes"]);
    const [, count] = /^ +(\d+) unchanged$/m.exec(stdout) ?? [];
    if (code !== 0 || count === undefined) {
        process.stderr.write(stdout);
        throw new SetupError(
            `The preview of the stack ${stack} did not end with nothing to change.`,
            "See what it says above; `npm run up` brings the stack to where its program is.",
        );
    }
    return { ms, unchanged: Number(count) };
}

function expectCount(name: string, unchanged: number, expected: number): void {
    if (unchanged !== expected) {
        throw new SetupError(
            `The ${name} program's preview found ${unchanged} resources, not ${expected}: the two do not do the same work.`,
            "This is a fault of the bench: tools/bench/registrations.ts leaves something out.",
        );
    }
}
