import { setTimeout as delay } from "node:timers/promises";
import { StepReport } from "../report/day";
import { Said } from "../stage/isolation";
import { Stage } from "../stage/stage";

/** One act of a day. */
export interface Act {
    /** What `--act` takes: `broken-release`. */
    readonly name: string;
    /** What happens in it, one sentence. */
    readonly title: string;
    /** Throws when something is not as it has to be. */
    play(scene: Scene): Promise<void>;
}

/** Thrown by an act that has nothing to do for a stack. It counts as not played. */
export class NotForThisStack extends Error {
    constructor(why: string) {
        super(`not for this stack: ${why}`);
    }
}

/** What an act has: the stage, and somebody who writes down what is seen. */
export class Scene {
    readonly steps: StepReport[] = [];
    readonly figures: Record<string, number | string | boolean> = {};

    constructor(
        readonly stage: Stage,
        /** Name of the act; its commands' output is kept under it. */
        readonly name: string,
        private readonly note: (text: string) => void,
    ) {}

    /** Does something that has to succeed, and notes that it did. */
    async step<Result>(text: string, action: () => Promise<Result>): Promise<Result> {
        this.note(text);
        const began = Date.now();
        try {
            const result = await action();
            this.steps.push({ text, ok: true, ms: Date.now() - began });
            return result;
        } catch (error) {
            this.steps.push({ text, ok: false, ms: Date.now() - began });
            throw error;
        }
    }

    /** Runs one of the project's own commands on the stack; it has to succeed. */
    async command(text: string, command: string, ...args: string[]): Promise<Said> {
        return await this.step(text, async () => succeeded(await this.run(command, ...args)));
    }

    /** Runs one of the project's own commands, however it ends. */
    run(command: string, ...args: string[]): Promise<Said> {
        return this.stage.command(this.name, command, ...args);
    }

    /** Runs a plain Pulumi command; it has to succeed. */
    async pulumi(...args: string[]): Promise<Said> {
        return succeeded(await this.stage.pulumi(this.name, ...args));
    }
}

/** Shown of a command that failed: its whole output is in the act's log. */
const LAST_LINES = 40;

function succeeded(said: Said): Said {
    if (said.code !== 0) {
        const lines = said.output.trimEnd().split("\n").slice(-LAST_LINES);
        throw new Error(`the command ended with ${said.code}:\n${lines.join("\n")}`);
    }
    return said;
}

/** Throws unless a condition holds. */
export function check(holds: boolean, otherwise: string): asserts holds {
    if (!holds) {
        throw new Error(otherwise);
    }
}

/** Between two looks at something that tells nobody of its changes. */
const PAUSE_MS = 250;

/** Waits until an action succeeds; throws its last error when it does not in time. */
export async function eventually<Result>(seconds: number, action: () => Promise<Result>): Promise<Result> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
        try {
            return await action();
        } catch (error) {
            if (Date.now() > deadline) {
                throw error;
            }
            await delay(PAUSE_MS);
        }
    }
}
