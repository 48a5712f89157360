import { backendFolder, plainName, projectName } from "../backend";
import { Ended } from "../children";
import { pulumi } from "../pulumi";
import { Environment } from "../setup";
import { SetupError } from "../setup/errors";
import { Deployment, readDeployment } from "../state";
import { newestUpdate } from "../updates";
import { clean, Cleaned } from "./clean";
import { Known, knownOf } from "./known";
import { clearMachine } from "./machine";
import { toRefresh, ToRefresh } from "./refresh";
import { Thing } from "./things";

/** A run of an update or a destroy, and how what killed runs have left is put in order around it. */
export interface Run {
    readonly environment: Environment;
    readonly stack: string;
    /** Tells what is done, and nothing where nothing is. */
    readonly say: (text: string) => void;
    /** Whether all is to be removed: then it does no harm that something is gone already. */
    readonly goesAway: boolean;
}

/**
 * Runs a Pulumi command that changes the stack. Where the state lies on this machine, the locks prove that nobody else is at
 * work: all that killed runs have left is put in order first. Elsewhere that is sure only once the command has had the lock;
 * then it is run once more when something was in its way.
 */
export async function runRecovered(run: Run, args: string[]): Promise<number> {
    const backend = backendFolder();
    await clearMachine(run.stack, run.say);
    const began = Date.now();
    if (backend !== undefined) {
        const order = await putInOrder(run, began);
        const { code, stopped } = await runPulumi(run, args);
        const late = order.cutShort && !stopped ? await cleanLate(run, order.known) : [];
        return code !== 0 && late.length > 0 ? await runOnceMore(run, args) : code;
    }
    const { code, stopped } = await runPulumi(run, args);
    if (stopped || !(await hadLock(run, code, began))) {
        return code;
    }
    const { found } = await putInOrder(run, began);
    return found === "nothing" || (found === "leftovers" && code === 0) ? code : await runOnceMore(run, args);
}

const KILLED = 137;

/** Runs it, and tells whether it came to its end by itself: what somebody has stopped is not tried again. */
async function runPulumi({ environment }: Run, args: string[]): Promise<{ code: number; stopped: boolean }> {
    const { code, interrupted } = await pulumi(environment, args);
    if (code === KILLED) {
        process.stderr.write("\nPulumi was killed. The same command goes on from where it stopped.\n");
    }
    return { code, stopped: wasStopped({ code, interrupted }) };
}

/** Whether somebody has ended it, or the kernel. */
function wasStopped({ code, interrupted }: Pick<Ended, "code" | "interrupted">): boolean {
    return interrupted || code === KILLED;
}

async function runOnceMore(run: Run, args: string[]): Promise<number> {
    run.say("  … once more, now that nothing is in the way");
    return (await runPulumi(run, args)).code;
}

interface Order {
    /** What was out of order: things that no state knows, or things that the state was wrong about. */
    readonly found: "nothing" | "leftovers" | "state";
    /** What the state knew before. */
    readonly known: Known;
    /** Whether a run was killed in the middle of something. */
    readonly cutShort: boolean;
}

async function putInOrder(run: Run, before: number): Promise<Order> {
    const deployment = await readDeployment(run.environment, run.stack);
    const known = knownOf(deployment, `${projectName()}-${plainName(run.stack)}`);
    const cleaned = await clean(known, before, run.say);
    warnOfStrange(run, deployment, cleaned);
    const refreshed = await refresh(run, deployment, known, cleaned);
    const found = refreshed ? "state" : cleaned.removed.length > 0 ? "leftovers" : "nothing";
    return { found, known, cutShort: deployment.pending.length > 0 };
}

/**
 * Removes what an engine was still making for a run that was killed, when it was looked at before the command: a request that
 * was sent is carried out, and what comes of it is in no list until it is whole.
 */
async function cleanLate({ environment, stack, say }: Run, before: Known): Promise<readonly Thing[]> {
    const now = Date.now();
    const { ids, names } = knownOf(await readDeployment(environment, stack), "");
    return (await clean({ ...before, ids, names }, now, say)).removed;
}

/** Whoever is told nothing looks for a mistake of his own where two clones have a stack of one name. */
function warnOfStrange({ say }: Run, { resources }: Deployment, { strange }: Cleaned): void {
    if (strange.length > 0 && resources.length > 0) {
        const names = strange.map(({ kind, name }) => `${kind} ${name}`).join(", ");
        say(
            `  … not of this stack's state, and left alone, for they serve or may be another clone's: ${names}`,
        );
    }
}

/** Asks for the truth of what a killed run was about. Whether the state may be another one now. */
async function refresh(
    { environment, stack, say, goesAway }: Run,
    deployment: Deployment,
    known: Known,
    { there }: Cleaned,
): Promise<boolean> {
    const all = toRefresh(deployment, known, there);
    const wanted = goesAway ? { ...all, urns: [], missing: [] } : all;
    const targets = targetsOf(wanted, deployment);
    if (targets.length === 0) {
        return false;
    }
    say(`  … ${reasonFor(wanted)}: asking what is there`);
    const options = ["--yes", "--skip-preview", "--suppress-outputs"];
    const forget = wanted.forgetCreations ? ["--clear-pending-creates"] : [];
    const args = ["refresh", ...options, ...forget, "--stack", stack];
    const ended = await pulumi(environment, [...args, ...targets.flatMap((urn) => ["--target", urn])]);
    const { code } = ended;
    if (wasStopped(ended)) {
        throw new SetupError("Stopped while it was asked what is there.", "Run it again to go on.");
    }
    if (code !== 0) {
        // Where a server is lost nobody answers: whether that matters the update itself will tell.
        say(`  … it could not be asked (${code}): going on with what the state says`);
    }
    return code === 0 && wanted.urns.length > 0;
}

/** To forget creations takes a refresh, too: of the stack itself, which asks nobody. */
function targetsOf({ urns, forgetCreations }: ToRefresh, { resources }: Deployment): readonly string[] {
    if (urns.length > 0 || !forgetCreations) {
        return urns;
    }
    return resources.filter(({ type }) => type === "pulumi:pulumi:Stack").map(({ urn }) => urn);
}

function reasonFor({ missing, urns }: ToRefresh): string {
    const names = missing.map((urn) => urn.split("::").at(-1) ?? urn).join(", ");
    return missing.length > 0 && missing.length === urns.length
        ? `gone from the engine, and not by Pulumi (${names})`
        : "a run of this stack was cut short";
}

/** A command that failed without the lock says nothing of who else is at work. */
async function hadLock({ environment, stack }: Run, code: number, began: number): Promise<boolean> {
    if (code === 0) {
        return true;
    }
    const newest = await newestUpdate(environment, stack).catch(() => undefined);
    return newest !== undefined && Date.parse(newest.startTime) >= Math.floor(began / 1000) * 1000;
}
