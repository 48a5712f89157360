import readline from "node:readline";

/** One step that is under way. */
export interface Running {
    /** What it does right now. */
    note(text: string): void;
    /** It is done; `text` says how: "cached", "built". */
    done(text: string): void;
    failed(): void;
    /** It is over: `line` says how, in place of the usual one. */
    over(line: string): void;
}

/** Shows the steps of a set-up: live on a terminal, one plain line each otherwise. */
export interface Reporter {
    start(title: string): Running;
    /** A line that belongs to no step. */
    say(text: string): void;
}

interface Line {
    title: string;
    text: string;
    began: number;
}

const redrawMs = 120;
const quietMs = 400;

/** The time a step took, as it is shown. */
export function seconds(milliseconds: number): string {
    return `${(milliseconds / 1000).toFixed(1)} s`;
}

/**
 * Writes to stderr, so that what a command prints on stdout stays clean. `quiet` leaves out what was done at once: a
 * set-up that finds everything in place then says nothing.
 */
export function createReporter(options: { quiet?: boolean; stream?: NodeJS.WriteStream } = {}): Reporter {
    const stream = options.stream ?? process.stderr;
    const live = stream.isTTY && process.env.CI === undefined && process.env.TERM !== "dumb";
    return live
        ? new LiveReporter(stream, options.quiet ?? false)
        : new PlainReporter(stream, options.quiet ?? false);
}

abstract class BaseReporter implements Reporter {
    protected readonly running = new Set<Line>();

    constructor(
        protected readonly stream: NodeJS.WriteStream,
        private readonly quiet: boolean,
    ) {}

    start(title: string): Running {
        const line: Line = { title, text: "", began: Date.now() };
        this.running.add(line);
        this.changed(line);
        return {
            note: (text) => {
                line.text = text;
                this.changed(line);
            },
            done: (text) => {
                this.finish(line, "✓", text);
            },
            failed: () => {
                this.finish(line, "✗", "failed");
            },
            over: (text) => {
                this.running.delete(line);
                this.changed(line);
                this.say(text);
            },
        };
    }

    abstract say(text: string): void;
    protected abstract changed(line: Line): void;

    private finish(line: Line, mark: string, text: string): void {
        this.running.delete(line);
        const took = Date.now() - line.began;
        if (this.quiet && mark === "✓" && took < quietMs) {
            this.changed(line);
            return;
        }
        this.say(`  ${mark} ${line.title}: ${text}  ${seconds(took)}`);
    }
}

class PlainReporter extends BaseReporter {
    say(text: string): void {
        this.stream.write(`${text}\n`);
    }

    protected changed(line: Line): void {
        // A step that only looks whether all is there has nothing to tell before its end.
        if (line.text !== "" && this.running.has(line)) {
            this.say(`  … ${line.title}: ${line.text}`);
        }
    }
}

class LiveReporter extends BaseReporter {
    private timer: NodeJS.Timeout | undefined;

    say(text: string): void {
        this.clear();
        this.stream.write(`${text}\n`);
        this.draw();
    }

    protected changed(): void {
        if (this.running.size > 0 && this.timer === undefined) {
            this.timer = setInterval(() => {
                this.draw();
            }, redrawMs);
            this.timer.unref();
        }
        if (this.running.size === 0) {
            clearInterval(this.timer);
            this.timer = undefined;
            this.clear();
        }
    }

    private clear(): void {
        readline.cursorTo(this.stream, 0);
        readline.clearLine(this.stream, 0);
    }

    /** One line for all that runs: the terminal's width is all there is. */
    private draw(): void {
        if (this.running.size === 0) {
            return;
        }
        const parts = [...this.running].map(({ title, text, began }) => {
            const what = text === "" ? title : `${title}: ${text}`;
            return `${what} ${Math.round((Date.now() - began) / 1000)} s`;
        });
        this.clear();
        this.stream.write(`  … ${parts.join(" · ")}`.slice(0, this.stream.columns - 1));
    }
}
