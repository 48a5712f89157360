import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import { failWhenDead } from "./alive";
import { isConflict, isNotFound } from "./connect";
import { exec, ExecResult } from "./exec";

/** How a container is asked whether it works. */
export interface Question {
    readonly container: string;
    /** Asked for by `from`. */
    readonly url?: string;
    readonly from?: string;
    /** Run in the container itself. Without a command and a URL a container counts while it runs. */
    readonly command?: readonly string[];
}

const PAUSE_MS = 250;

/** One question in the asking container; it ends by itself, so that nothing is left behind when the wait is over. */
const ONCE = `timeout 2 wget -q -O /dev/null "$URL"`;

/** Goes on asking for a while where there is no good answer: a call for each question would cost the engine more. */
const ROUND = `exec timeout 2 sh -c 'until ${ONCE}; do sleep 0.25; done'`;

/** Asks a container again and again, and remembers what came instead of an answer. */
export class Asking {
    private complaint = "";
    /** Whether it has ever answered. */
    answered = false;

    constructor(
        private readonly docker: Docker,
        private readonly question: Question,
        private readonly stop: AbortSignal,
    ) {}

    /** Why the last question was none, or had no good answer, as the end of a sentence. */
    get because(): string {
        return this.complaint === "" ? "" : ` (${this.complaint})`;
    }

    /** Until it has answered for so long, and without a bad answer in between. */
    async untilSteady(seconds: number): Promise<void> {
        let since: number | undefined;
        for (;;) {
            const good = await this.ask(ROUND);
            this.answered ||= good;
            since = good ? (since ?? Date.now()) : undefined;
            if (since !== undefined && Date.now() - since >= seconds * 1000) {
                return;
            }
            await sleep(PAUSE_MS, undefined, { signal: this.stop });
        }
    }

    /** Until so many questions in a row have had no good answer: each counts, so that it is told soon. */
    async untilRed(failures: number): Promise<void> {
        for (let red = 0; red < failures;) {
            red = (await this.ask(ONCE)) ? 0 : red + 1;
            await sleep(PAUSE_MS, undefined, { signal: this.stop });
        }
    }

    private async ask(script: string): Promise<boolean> {
        const { url, from, container, command } = this.question;
        if (url === undefined && command === undefined) {
            await failWhenDead(this.docker, container);
            return true;
        }
        const asking = url === undefined ? container : (from ?? "");
        const options = { signal: this.stop, ...(url !== undefined && { env: { URL: url } }) };
        try {
            const wording = command ?? ["sh", "-c", script];
            return this.note(await exec(this.docker, asking, wording, options));
        } catch (error) {
            if (isNotFound(error) && asking !== container) {
                throw new Error(`there is no container ${asking} to ask for ${url ?? ""}`, { cause: error });
            }
            // A container that is not running can't ask; whether that is the end is for the others to say.
            if (isConflict(error) || isNotFound(error)) {
                this.complaint =
                    asking === container ? "it was not running" : `${asking} was not running to ask it`;
                return false;
            }
            throw error;
        }
    }

    private note({ exitCode, output }: ExecResult): boolean {
        const lines = output.split("\n").filter((line) => line.trim() !== "" && line !== "Terminated");
        this.complaint = lines.at(-1)?.trim() ?? this.complaint;
        return exitCode === 0;
    }
}
