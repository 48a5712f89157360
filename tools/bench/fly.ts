import { randomBytes } from "node:crypto";
import { performance } from "node:perf_hooks";
import Docker from "dockerode";
import { SimulatedFly } from "../../rehearsal/fly";
import { pulumi } from "../pulumi";
import { Environment } from "../setup";
import { SetupError } from "../setup/errors";
import { FlyResult, rateLimitMs } from "./flyReport";
import { makeProject, TemporaryProject } from "./project";
import { withScratch } from "./scratch";

/** An image of the air-gapped kit, and the same by two names: a release is another name. */
const ENGINE_IMAGE = "node:20-slim";
const VERSIONS = ["1", "2"].map((version) => `registry.fly.io/bench:${version.repeat(40)}`);
const TOKEN = "bench-token";

/** Sizes of the app that is released. */
const [ONE, MANY] = [1, 10];

/**
 * Releases an app of one machine and one of ten, by whole updates, on a simulated Fly that keeps the API's published rate
 * limits; and counts what an update asks that changes nothing.
 */
export async function benchFly(environment: Environment, say: (line: string) => void): Promise<FlyResult> {
    return withScratch(async (root, signal) => {
        const fly = await SimulatedFly.start({
            docker: new Docker(),
            name: `berth-bench-fly-${randomBytes(4).toString("hex")}`,
            organizations: [{ slug: "personal", tokens: [TOKEN] }],
            images: Object.fromEntries(VERSIONS.map((version) => [version, ENGINE_IMAGE])),
        });
        try {
            const bench: Bench = { root, fly, environment, say };
            const one = await release(bench, ONE);
            signal.throwIfAborted();
            const ten = await release(bench, MANY);
            signal.throwIfAborted();
            const noop = await requestsOf(bench, ten.project, []);
            const refresh = await requestsOf(bench, ten.project, ["--refresh"]);
            return {
                machines: MANY,
                oneMs: one.ms,
                tenMs: ten.ms,
                rateLimitMs: rateLimitMs(MANY),
                createSpanMs: ten.createSpanMs,
                noopRequests: noop.length,
                refreshRequests: refresh.length,
                refreshed: refresh,
            };
        } finally {
            await fly.stop();
        }
    });
}

interface Bench {
    readonly root: string;
    readonly fly: SimulatedFly;
    readonly environment: Environment;
    readonly say: (line: string) => void;
}

interface Release {
    readonly project: TemporaryProject;
    readonly ms: number;
    /** From the first to the last request for a new machine. */
    readonly createSpanMs: number;
}

/** Brings an app up, and then the next version of it, which is timed. The app stays. */
async function release(bench: Bench, machines: number): Promise<Release> {
    const [first = "", second = ""] = VERSIONS;
    const project = await makeProject(bench.root, bench.environment, {
        project: "berth-bench-fly",
        stack: `machines-${machines}`,
        source: "flyProgram.ts",
        config: { url: bench.fly.url, machines, image: first },
    });
    await update(project, []);
    await setImage(project, second);
    const before = bench.fly.requests.length;
    const began = performance.now();
    await update(project, []);
    const ms = performance.now() - began;
    const creations = bench.fly.requests
        .slice(before)
        .filter(({ action }) => action === "machine_create")
        .map(({ atMs }) => atMs);
    bench.say(`  ${machines} ${machines === 1 ? "machine" : "machines"}: ${(ms / 1000).toFixed(1)} s`);
    return { project, ms, createSpanMs: Math.max(...creations) - Math.min(...creations) };
}

/** What an update that changes nothing asks the API for. */
async function requestsOf(
    { fly }: Bench,
    project: TemporaryProject,
    options: readonly string[],
): Promise<string[]> {
    const before = fly.requests.length;
    await update(project, ["--expect-no-changes", ...options]);
    return fly.requests.slice(before).map(({ action }) => action);
}

async function setImage({ folder, stack, environment }: TemporaryProject, image: string): Promise<void> {
    const { code } = await pulumi(
        environment,
        ["-C", folder, "config", "set", "--stack", stack, "image", image],
        { capture: true },
    );
    if (code !== 0) {
        throw new SetupError("The next version could not be set.", "See what it says above.");
    }
}

async function update(
    { folder, stack, environment }: TemporaryProject,
    options: readonly string[],
): Promise<void> {
    const variables = { ...environment.variables, FLY_API_TOKEN: TOKEN };
    const { code, stdout } = await pulumi(
        { ...environment, variables },
        ["-C", folder, "up", "--stack", stack, "--yes", "--skip-preview", "--non-interactive", ...options],
        { capture: true },
    );
    if (code !== 0) {
        process.stderr.write(stdout);
        throw new SetupError(`An update of the bench failed (${code}).`, "See what it says above.");
    }
}
