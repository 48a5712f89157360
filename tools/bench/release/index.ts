import fs from "node:fs";
import path from "node:path";
import Docker from "dockerode";
import { ROUTER_IMAGE } from "../../../components/images";
import { Environment } from "../../setup";
import { withScratch } from "../scratch";
import { buildImages } from "./app/image";
import { Arm, ArmBench, BENCH_LABEL, benchLabels, filterOf, NotHere } from "./arm";
import { berth } from "./arms/berth";
import { compose } from "./arms/compose";
import { kamalProxy } from "./arms/kamalProxy";
import { labels } from "./arms/labels";
import { swarm } from "./arms/swarm";
import { between, clean, cleanImages, inTurn } from "./clean";
import { ensureImage } from "./engine";
import { ArmResult, isSkipped, ReleaseResults, SkippedArm } from "./result";
import { freePort } from "./ports";
import { RELEASES, runArm } from "./run";
import { leaveOwnSwarm } from "./swarm";

/** All ways to release an app. A new one is a new entry. */
export const ARMS = { berth, compose, labels, "kamal-proxy": kamalProxy, swarm } satisfies Record<
    string,
    Arm
>;
export type ArmName = keyof typeof ARMS;

/** Longest that all arms' loads last together, and what is kept of it for each arm that is still to come. */
const MOST_SECONDS = 480;
const KEPT_SECONDS = 60;

const ALL = { [BENCH_LABEL]: "release" };
const prefixOf = (arm: ArmName) => `berth-bench-release-${arm}`;

/** Releases the same app under the same load in each of the given ways, one after the other. */
export async function benchRelease(
    environment: Environment,
    names: readonly ArmName[],
    say: (line: string) => void,
): Promise<ReleaseResults> {
    return withScratch(async (root, signal) => {
        const docker = new Docker();
        const common = { docker, environment, root, signal, say };
        return between(
            () => cleanAll(docker),
            say,
            () => runAll(names, common),
        );
    });
}

type Common = Pick<ArmBench, "docker" | "environment" | "signal" | "say"> & { readonly root: string };

async function runAll(names: readonly ArmName[], common: Common): Promise<ReleaseResults> {
    const { docker, root, signal, say } = common;
    say("  building the app's images");
    await ensureImage(docker, ROUTER_IMAGE);
    await buildImages(docker, root, RELEASES, ALL);
    const results: Record<string, ArmResult | SkippedArm> = {};
    let left = MOST_SECONDS;
    for (const [index, name] of names.entries()) {
        signal.throwIfAborted();
        say(`  ${name}`);
        const bench = await benchFor(name, common);
        const kept = KEPT_SECONDS * (names.length - index - 1);
        const result = await between(
            () => clean(docker, bench.labels.all),
            say,
            () => runOrSkip(name, bench, left - kept),
        );
        results[name] = result;
        left -= isSkipped(result) ? 0 : result.seconds;
    }
    return results;
}

async function runOrSkip(
    name: ArmName,
    bench: ArmBench,
    mostSeconds: number,
): Promise<ArmResult | SkippedArm> {
    const arm = ARMS[name];
    try {
        return await runArm(arm, bench, mostSeconds);
    } catch (error) {
        bench.signal.throwIfAborted();
        const skipped = error instanceof NotHere ? error.message : `it broke: ${(error as Error).message}`;
        bench.say(`    left out: ${skipped}`);
        return { about: arm.about, skipped };
    }
}

async function benchFor(name: ArmName, common: Common): Promise<ArmBench> {
    const { root, ...rest } = common;
    const folder = path.join(root, name);
    fs.mkdirSync(folder);
    const arm: Arm = ARMS[name];
    const prefix = prefixOf(name);
    return {
        ...rest,
        folder,
        prefix,
        labels: arm.labels?.(prefix) ?? benchLabels(name),
        port: await freePort(),
    };
}

/** Removes what the bench makes: at its end, and what a run has left that was killed. */
async function cleanAll(docker: Docker): Promise<void> {
    await inTurn([
        () => leaveOwnSwarm(docker, BENCH_LABEL),
        () => clean(docker, ALL),
        () => clean(docker, { "berth.stack": prefixOf("berth") }),
        () => cleanImages(docker, { label: filterOf(ALL) }),
    ]);
}
