import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { performance } from "node:perf_hooks";
import Docker from "dockerode";
import execa from "execa";
import { Environment } from "../../setup";
import { ensurePeer } from "../../setup/peers";
import { between, clean, cleanImages, cleaningUp, inTurn } from "../release/clean";
import { freePort } from "../release/ports";
import { alternate, spreadOf } from "../rounds";
import { withScratch } from "../scratch";
import { databasesOf, down, makeStack, SAMPLE_REPOSITORY, STACK_LABELS, up } from "./berth";
import { composeFileOf } from "./composeFile";
import { UpResult } from "./report";
import { takeSnapshot } from "./snapshot";

const LABELS = { "berth.bench": "up" };
/** Of what compose makes: it goes after each round, what the bench gives it stays. */
const COMPOSE_LABELS = { ...LABELS, "berth.bench.arm": "compose" };

interface Bench {
    readonly docker: Docker;
    readonly environment: Environment;
    readonly root: string;
    readonly ports: readonly number[];
    readonly program: string;
    /** Tells this run from all others. */
    readonly run: string;
    readonly signal: AbortSignal;
}

/** Brings a stack like dev up from nothing, and once more, by each of the two ways in turns. */
export async function benchUp(
    environment: Environment,
    rounds: number,
    say: (line: string) => void,
): Promise<UpResult> {
    return withScratch(async (root, signal) => {
        const docker = new Docker();
        const { file: program } = await ensurePeer("compose", signal, say);
        const ports = [await freePort(), await freePort(), await freePort(), await freePort()];
        const run = randomBytes(3).toString("hex");
        return between(
            () => cleanAll(docker),
            say,
            () => measure({ docker, environment, root, ports, program, run, signal }, rounds, say),
        );
    });
}

async function measure(bench: Bench, rounds: number, say: (line: string) => void): Promise<UpResult> {
    const noops: { berth: number[]; compose: number[] } = { berth: [], compose: [] };
    const file = path.join(bench.root, "compose.yaml");
    let round = 0;
    const composeUp = () => compose(bench, file, `berth-bench-up-${bench.run}-${round}`);
    let containers = 0;
    const times = await alternate(
        {
            berth: async () => {
                const project = await makeStack(
                    path.join(bench.root, `round-${round}`),
                    bench.environment,
                    bench.ports,
                );
                const ms = await timed(() => up(project));
                noops.berth.push(await timed(() => up(project, "--expect-no-changes")));
                if (round === 0) {
                    const databases = await databasesOf(project);
                    const stack = await takeSnapshot(bench.docker, STACK_LABELS, databases, LABELS);
                    containers = stack.containers.length;
                    fs.writeFileSync(file, composeFileOf({ ...stack, labels: COMPOSE_LABELS }), {
                        mode: 0o600,
                    });
                }
                await down(project);
                return ms;
            },
            compose: async () => {
                const ms = await timed(composeUp);
                noops.compose.push(await timed(composeUp));
                await cleaningUp(() => clean(bench.docker, COMPOSE_LABELS), say);
                return ms;
            },
        },
        rounds,
        (done, latest) => {
            round = done + 1;
            const each = Object.entries(latest).map(([name, ms]) => `${name} ${(ms / 1000).toFixed(1)} s`);
            say(`  ${done === 0 ? "warm-up" : `round ${done} of ${rounds}`}: ${each.join(", ")}`);
        },
        bench.signal,
    );
    // The first round warms up, here as there.
    const of = (name: "berth" | "compose") => ({
        fromNothing: spreadOf(times[name]),
        noop: spreadOf(noops[name].slice(1)),
    });
    return { containers, rounds, berth: of("berth"), compose: of("compose") };
}

async function timed(action: () => Promise<unknown>): Promise<number> {
    const began = performance.now();
    await action();
    return performance.now() - began;
}

/** `docker compose up`. Each round has a project of its own, so that nothing of the one before is in its way. */
async function compose({ program, environment }: Bench, file: string, project: string): Promise<void> {
    const args = ["--project-name", project, "--file", file, "up", "--detach", "--wait"];
    await execa(program, args, { env: environment.variables, stdin: "ignore" });
}

/** Removes what the bench makes: at its end, and what a run has left that was killed. */
async function cleanAll(docker: Docker): Promise<void> {
    await inTurn([
        () => clean(docker, LABELS),
        () => clean(docker, STACK_LABELS),
        () => cleanImages(docker, { reference: [SAMPLE_REPOSITORY] }),
    ]);
}
