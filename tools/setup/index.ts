import path from "node:path";
import { actionlintStep } from "./actionlint";
import { installPrograms } from "./apt";
import { FileStep, isCurrent, makeStep } from "./cachedStep";
import { requireRoom } from "./disk";
import { Engine, findEngine, noEngine, startEngine } from "./docker";
import { engineStep, languageHostStep, prefetch, pulumiHome, traefikStep } from "./engine";
import { requireGo } from "./go";
import { buildImage, imageState, recallImage } from "./images";
import { withLock } from "./lock";
import { buildMachineImage, hasMachineImage, machineRootStep } from "./machineImage";
import { ensureOfficialEngine } from "./official";
import { cacheFolder, projectRoot } from "./paths";
import { ensureRegistry, registryUrl } from "./registry";
import { createReporter, Reporter, seconds } from "./report";
import { StandIn, standIns } from "./standIns";
import { ensureGitFilter, ensurePassphrase, passphraseFile, settleGit } from "./state";
import { detectWorld, World } from "./world";

/** What a command that runs Pulumi needs. */
export interface Environment {
    /** Environment variables to add. */
    variables: Record<string, string>;
    world: World;
}

/** How the set-up is run. */
export interface SetUpOptions {
    /** Say nothing when everything is in place. */
    quiet?: boolean;
    /** Read every cached file whole instead of trusting its size and time. */
    verify?: boolean;
    /** Make the image of a whole server, too: tests and benches boot it, a stack does not need it. */
    machine?: boolean;
    /** Build the linter of the workflows, too: a test runs it. */
    linter?: boolean;
    reporter?: Reporter;
}

interface Run {
    reporter: Reporter;
    verify: boolean;
    machine: boolean;
    signal: AbortSignal;
}

/** Brings everything beneath the Pulumi program in place: engine, Docker, images, state. */
export async function setUp(options: SetUpOptions = {}): Promise<Environment> {
    const began = Date.now();
    const reporter = options.reporter ?? createReporter({ quiet: options.quiet ?? false });
    const lock = path.join(cacheFolder(), "lock");
    const onWait = (pid: number) => {
        reporter.say(`  … waiting for another set-up (process ${pid})`);
    };
    return withLock(
        lock,
        async () => {
            const world = await detectWorld();
            const abort = new AbortController();
            const { verify = false, machine = false } = options;
            const run: Run = { reporter, verify, machine, signal: abort.signal };
            await ensureState(run);
            if (options.linter === true) {
                const linter = actionlintStep(run.signal);
                await fileStep(run, linter, (await pendingSteps(run, [linter])).length > 0);
            }
            const engine = world === "online" ? await setUpOnline(run) : await setUpAirGapped(run, abort);
            if (options.quiet !== true) {
                reporter.say(`  ✓ set-up (${world})  ${seconds(Date.now() - began)}`);
            }
            return { variables: variablesFor(world, engine), world };
        },
        { onWait },
    );
}

/** The variables that a shell needs to run plain `pulumi` commands. */
export function variablesFor(
    world: World,
    engine: Pick<Engine, "host">,
    env: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
    const ownPassphrase =
        env.PULUMI_CONFIG_PASSPHRASE !== undefined || Boolean(env.PULUMI_CONFIG_PASSPHRASE_FILE);
    return {
        PULUMI_SKIP_UPDATE_CHECK: "true",
        ...(ownPassphrase ? {} : { PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile() }),
        ...(engine.host === undefined ? {} : { DOCKER_HOST: engine.host }),
        // Without it every command spends seconds on asking for plugins that cannot be had, and that `dev` does not need.
        ...(world === "air-gapped"
            ? { PULUMI_HOME: pulumiHome(), PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" }
            : {}),
        // A rehearsal's home: what is not in it shall not come there.
        ...(env.BERTH_PULUMI_HOME
            ? { PULUMI_HOME: env.BERTH_PULUMI_HOME, PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" }
            : {}),
    };
}

async function ensureState(run: Run): Promise<void> {
    await step(run, "State and passphrase", async () => {
        const passphrase = ensurePassphrase();
        await ensureGitFilter();
        await settleGit();
        return passphrase === "generated" ? "made, in .state (git ignores it)" : "there";
    });
}

async function setUpOnline(run: Run): Promise<Engine> {
    const engine = await step(run, "Docker engine", async (note) => {
        note("");
        const found = await findEngine();
        if (found === undefined) {
            throw noEngine();
        }
        return [`${found.version} answers`, found] as const;
    });
    await step(run, "Pulumi", (note) => ensureOfficialEngine(note));
    await machineImage(run, engine, "online");
    return engine;
}

/** What is missing, in two rows that run side by side: what needs the processor, and what needs network and disk. */
async function setUpAirGapped(run: Run, abort: AbortController): Promise<Engine> {
    const { signal } = run;
    const [cli, languageHost, traefik] = [engineStep(signal), languageHostStep(signal), traefikStep(signal)];
    const found = await findEngine();
    const missing = found === undefined ? standIns : await missingImages(found);
    const parts = uniqueSteps([
        ...missing.flatMap((standIn) => standIn.steps(signal)),
        ...(run.machine && !(await hasMachineImage(found)) ? [machineRootStep(signal)] : []),
    ]);
    const pending = await pendingSteps(run, [cli, languageHost, ...parts]);
    // What cannot be had is said before anything is downloaded.
    if ([cli, languageHost, traefik].some((one) => pending.some(({ id }) => id === one.id))) {
        await requireGo(path.join(projectRoot, "airgap/engine"));
    }
    requireRoom((await Promise.all(pending.map((one) => one.needs()))).flat());

    const isPending = (one: FileStep) => pending.some(({ id }) => id === one.id);
    const builds = async () => {
        await fileStep(run, cli, isPending(cli));
        await fileStep(run, languageHost, isPending(languageHost));
        if (parts.some(({ id }) => id === traefik.id)) {
            await fileStep(run, traefik, isPending(traefik));
        }
    };
    const downloads = async () => {
        if (isPending(cli)) {
            // Only a head start: the build itself says what is wrong with the network.
            const ahead = (["language-host", "traefik"] as const).map((id) => prefetch(id, signal));
            await Promise.allSettled(ahead);
        }
    };
    const built = builds();
    const docker = async () => {
        const engine = await dockerEngine(run, found);
        const mirrored = await serveImages(run, engine);
        for (const one of parts.filter(({ id }) => id !== traefik.id)) {
            await fileStep(run, one, isPending(one));
        }
        for (const standIn of standIns) {
            const waitFor = standIn.steps(signal).some(({ id }) => id === traefik.id) ? built : undefined;
            await image(run, engine, standIn, mirrored, waitFor);
        }
        await machineImage(run, engine, "air-gapped");
        return engine;
    };
    const all = [built, docker(), downloads()] as const;
    try {
        const [, engine] = await Promise.all(all);
        return engine;
    } catch (error) {
        // One has failed: the others stop at once, and are waited for so that nothing goes on behind the error.
        abort.abort();
        await Promise.allSettled(all);
        throw error;
    }
}

async function missingImages(engine: Engine): Promise<StandIn[]> {
    const states = await Promise.all(
        standIns.map(async (standIn) => ({ standIn, state: await imageState(engine, standIn) })),
    );
    return states.filter(({ state }) => state === "missing").map(({ standIn }) => standIn);
}

async function pendingSteps(run: Run, steps: FileStep[]): Promise<FileStep[]> {
    const current = await Promise.all(steps.map((one) => isCurrent(one, { hashAll: run.verify })));
    return steps.filter((_, index) => current[index] === false);
}

async function fileStep(run: Run, one: FileStep, pending: boolean): Promise<void> {
    await step(run, one.title, async (note) => {
        if (!pending) {
            return "there";
        }
        await makeStep(one, note);
        return "made";
    });
}

async function dockerEngine(run: Run, found: Engine | undefined): Promise<Engine> {
    return step(run, "Docker engine", async (note) => {
        if (found !== undefined) {
            return [`${found.version} answers`, found] as const;
        }
        await installPrograms([{ program: "dockerd", package: "docker.io" }], note);
        // The package may have started it.
        const engine = (await findEngine()) ?? (await startEngine(registryUrl(), note));
        return [`${engine.version} started`, engine] as const;
    });
}

/** Runs the registry where the engine pulls through it; elsewhere the images get their names directly. */
async function serveImages(run: Run, engine: Engine): Promise<boolean> {
    const mirrored = engine.mirrors.some((mirror) => mirror.replace(/\/$/, "") === registryUrl());
    if (mirrored) {
        await step(run, "Image registry", async (note) => {
            await installPrograms([{ program: "docker-registry", package: "docker-registry" }], note);
            return ensureRegistry(note);
        });
    }
    return mirrored;
}

async function image(
    run: Run,
    engine: Engine,
    standIn: StandIn,
    mirrored: boolean,
    parts: Promise<unknown> | undefined,
): Promise<void> {
    await step(run, `Image ${standIn.reference}`, async (note) => {
        const state = await imageState(engine, standIn);
        if (state !== "missing") {
            return { current: "there", theirs: "there, not made by set-up: kept" }[state];
        }
        if (await recallImage(engine, standIn, mirrored)) {
            return "brought back";
        }
        if (parts !== undefined) {
            note("waiting for its parts");
            await parts;
        }
        await buildImage(engine, standIn, mirrored, note);
        return mirrored ? "made" : "made, loaded into the engine";
    });
}

async function machineImage(run: Run, engine: Engine, world: World): Promise<void> {
    if (run.machine) {
        await step(run, "Image of a server", async (note) => {
            if (await hasMachineImage(engine)) {
                return "there";
            }
            await buildMachineImage(engine, world, note);
            return "made";
        });
    }
}

/** Shows one step: its action gives the word for how it ended, and a result if there is one. */
async function step(
    run: Run,
    title: string,
    action: (note: (text: string) => void) => Promise<string>,
): Promise<void>;
async function step<T>(
    run: Run,
    title: string,
    action: (note: (text: string) => void) => Promise<readonly [string, T]>,
): Promise<T>;
async function step<T>(
    run: Run,
    title: string,
    action: (note: (text: string) => void) => Promise<string | readonly [string, T]>,
): Promise<T | undefined> {
    const running = run.reporter.start(title);
    try {
        const result = await action((text) => {
            running.note(text);
        });
        const [word, value] = typeof result === "string" ? [result, undefined] : result;
        running.done(word);
        return value;
    } catch (error) {
        running.failed();
        throw error;
    }
}

function uniqueSteps(steps: FileStep[]): FileStep[] {
    return [...new Map(steps.map((one) => [one.id, one])).values()];
}
