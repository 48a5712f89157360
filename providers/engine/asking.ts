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

/**
 * One round of asking in the asking container. `ROUND_SECONDS` is how long it goes on where there is no answer; it ends by
 * itself, so that nothing is left behind when the wait is over.
 */
const ROUND = `exec timeout "$ROUND_SECONDS" sh -c 'until timeout 2 wget -q -O /dev/null "$URL"; do sleep 0.25; done'`;
const ROUND_SECONDS = 2;

/** Asks a container again and again, and remembers what came instead of an answer. */
export class Asking {
    /** Why the last question was none, or had no good answer. */
    complaint = "";
    /** Whether it has ever answered. */
    answered = false;

    constructor(
        private readonly docker: Docker,
        private readonly question: Question,
        private readonly stop: AbortSignal,
    ) {}

    /** Until it has answered for so long, and without a bad answer in between. */
    async untilSteady(seconds: number): Promise<void> {
        let since: number | undefined;
        for (;;) {
            const good = await this.ask();
            this.answered ||= good;
            since = good ? (since ?? Date.now()) : undefined;
            if (since !== undefined && Date.now() - since >= seconds * 1000) {
                return;
            }
            await sleep(PAUSE_MS, undefined, { signal: this.stop });
        }
    }

    /** Until so many questions in a row have had no good answer. */
    async untilRed(failures: number): Promise<void> {
        for (let red = 0; red < failures;) {
            red = (await this.ask()) ? 0 : red + 1;
            await sleep(PAUSE_MS, undefined, { signal: this.stop });
        }
    }

    private async ask(): Promise<boolean> {
        const { url, from, container, command } = this.question;
        if (url === undefined && command === undefined) {
            await failWhenDead(this.docker, container);
            return true;
        }
        const asking = url === undefined ? container : (from ?? "");
        const env = { URL: url ?? "", ROUND_SECONDS: String(ROUND_SECONDS) };
        const options = { signal: this.stop, ...(url !== undefined && { env }) };
        try {
            const wording = command ?? ["sh", "-c", ROUND];
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
