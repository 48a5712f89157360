import { AppName } from "../release/stackFile";
import { Update } from "../updates";
import { Plan } from "./plan";
import { StackFile } from "./stackFiles";
import { imageOf } from "./target";

/** Which app goes where. */
export interface Rollback {
    readonly stack: string;
    readonly at: AppName;
    readonly plan: Plan;
}

/** What a rollback works with. */
export interface Tools {
    readonly file: StackFile;
    /** What `npm run up` does, with its exit code. */
    up(): Promise<number>;
    newestUpdate(): Promise<Update | undefined>;
    /** Tells people. */
    say(text: string): void;
}

/**
 * Releases the image to go back to. The stack's file has it first: what stands there is what an update brings. An update
 * that fails gives the file its image back; one that went through keeps it, even when an app is not well afterwards, since
 * the file tells what runs.
 */
export async function release(rollback: Rollback, tools: Tools): Promise<number> {
    const { from, to, cameUp, text } = rollback.plan;
    const why = cameUp ? "" : ", which has not come up,";
    tools.say(`${titleOf(rollback)}: from ${from}${why} back to ${to}`);
    const before = await tools.newestUpdate();
    tools.file.write(text);
    let code: number;
    try {
        code = await tools.up();
    } catch (error) {
        await settle(rollback, before, tools);
        throw error;
    }
    if (code === 0) {
        tools.say(
            `\n${tools.file.name} has ${to} now: commit it, or the next update from the branch undoes this.`,
        );
    } else {
        await settle(rollback, before, tools);
    }
    return code;
}

async function settle(rollback: Rollback, before: Update | undefined, tools: Tools): Promise<void> {
    const { at, plan } = rollback;
    // A backend that does not answer any more has most probably not taken the update either.
    const newest = await tools.newestUpdate().catch(() => undefined);
    const wentThrough =
        newest?.result === "succeeded" &&
        newest.startTime !== before?.startTime &&
        imageOf(newest, at) === plan.to;
    tools.say(wentThrough ? unwell(rollback, tools) : failed(rollback, tools));
}

function unwell(rollback: Rollback, { file }: Tools): string {
    const { to } = rollback.plan;
    return `\n${titleOf(rollback)} runs ${to}, and ${file.name} has it; but not everything is well, see above. Commit the file if it is to stay so.`;
}

function failed({ at, plan: { from, to } }: Rollback, { file }: Tools): string {
    const has = file.putBack(at, { from: to, to: from })
        ? `${file.name} has ${from} again.`
        : `${file.name} has another image by now, which stays.`;
    return `\nThe rollback failed. ${has} A route moves only to containers that have answered, so what served goes on serving. Mend what is said above, then run this again.`;
}

function titleOf({ stack, at }: Rollback): string {
    return `${at.system} ${at.app} in ${stack}`;
}
