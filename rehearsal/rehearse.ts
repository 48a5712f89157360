import os from "node:os";
import { join } from "node:path";
import execa from "execa";
import { refuse } from "../lib/problems";
import { messageOf } from "../providers/server/failure";
import { SetupError } from "../tools/setup/errors";
import { withLock } from "../tools/setup/lock";
import { cacheFolder, projectRoot } from "../tools/setup/paths";
import { chosenActs } from "./day/acts";
import { playDay } from "./day/day";
import { createDayLines, DayReport, removeReport, sumOf, writeReport } from "./report";
import { Belongings } from "./stage/belongings";
import { readyMachine } from "./stage/readyMachine";
import { checkOffer, offerOfThisMachine } from "./stage/requirements";
import { readStackSettings } from "./stage/stackFile";
import { setStage } from "./stage/setStage";
import { Stage } from "./stage/stage";

/** What is rehearsed. */
export interface RehearseArgs {
    /** The stack whose settings are taken. */
    readonly stack: string;
    /** Names of acts. Empty: the whole day. */
    readonly acts: readonly string[];
    /** Whether everything stays after the last act, until somebody ends it. */
    readonly keep: boolean;
    readonly say: (text: string) => void;
    /** Aborted when somebody ends it. */
    readonly signal: AbortSignal;
}

/** One for the machine, whoever it is and wherever the cache lies: what is made has the same names. */
const LOCK = "/run/lock/berth-rehearsal.lock";

/** Where the report goes. */
const REPORT = join(projectRoot, "report");

/** Rehearses a stack from nothing to nothing, and writes the report. Tells whether all went well. */
export async function rehearse(args: RehearseArgs): Promise<boolean> {
    readStackSettings(args.stack);
    refuse("This machine", checkOffer(offerOfThisMachine()));
    const onWait = (pid: number) => {
        throw new SetupError(
            `Another rehearsal is going on (process ${pid}).`,
            "Wait for its end: each takes the whole machine.",
        );
    };
    return await withLock(LOCK, () => rehearseAlone(args, join(cacheFolder(), "rehearsal", "run")), {
        onWait,
    });
}

async function rehearseAlone(args: RehearseArgs, folder: string): Promise<boolean> {
    const { say, signal } = args;
    const startedAt = new Date();
    // Who finds one afterwards finds this day's.
    removeReport(REPORT);
    const { docker, environment } = await readyMachine(folder);
    const belongings = new Belongings();
    try {
        say("  … setting the stage");
        const stage = await setStage(
            { docker, environment, stack: args.stack, folder, say, signal },
            belongings,
        );
        const acts = chosenActs(args.acts, args.keep);
        const lines = createDayLines(acts);
        const played = await playDay(stage, acts, lines);
        const day = await dayOf(args, startedAt, played);
        const files = writeReport(REPORT, day);
        lines.end(day, Object.values(files));
        if (args.keep && !signal.aborted) {
            await keep(stage, say, signal);
        }
        return sumOf(day).ok;
    } finally {
        // What went wrong before it is what counts.
        await belongings.end().catch((error: unknown) => say(messageOf(error)));
    }
}

async function dayOf(
    { stack }: RehearseArgs,
    startedAt: Date,
    { acts, systems }: Pick<DayReport, "acts" | "systems">,
): Promise<DayReport> {
    const { stdout: commit, failed } = await execa("git", ["rev-parse", "--short", "HEAD"], {
        cwd: projectRoot,
        reject: false,
    });
    const zero = acts.find(({ name }) => name === "zero");
    const serving = zero?.figures["serving s"];
    return {
        stack,
        ...(!failed && { commit }),
        startedAt: startedAt.toISOString(),
        ms: Date.now() - startedAt.getTime(),
        machine: {
            cpus: os.cpus().length,
            memoryMb: Math.round(os.totalmem() / 1024 ** 2),
            kernel: `${os.type()} ${os.release().split(".").slice(0, 2).join(".")}`,
        },
        ...(typeof serving === "number" && { servingMs: serving * 1000 }),
        acts,
        systems,
    };
}

/** Leaves everything as it is until somebody ends the command. */
async function keep(stage: Stage, say: (text: string) => void, signal: AbortSignal): Promise<void> {
    const { gateway } = stage.world.ground;
    say(
        [
            "",
            "Everything stays until Ctrl-C. To look at it, as root and at the project's root:",
            `The server: ssh -F .state/ssh/${stage.stack}/config host`,
            `Names: dig @${gateway} HOST; a page: curl --cacert ${stage.isolation.authoritiesFile} --resolve HOST:443:ADDRESS https://HOST`,
        ].join("\n"),
    );
    await new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => resolve(), { once: true });
    });
}
