import { createReporter } from "../../tools/setup/report";
import { ActReport, DayReport, sumOf } from "./day";
import { duration, line, losses, machineWords, markOf, times, toldOf, troubleOf, verdict } from "./words";

/** What is known of an act before it is played. */
export type ActTitle = Pick<ActReport, "name" | "title">;

/** An act that is under way. */
export interface RunningAct {
    /** What it does right now. */
    note(text: string): void;
    /** It has ended: its line takes the place of what it was doing. */
    over(act: ActReport): void;
}

/** Tells of a day while it goes on: one line that is written anew on a terminal, plain lines elsewhere. */
export interface DayLines {
    start(act: ActTitle): RunningAct;
    /** A line that belongs to no act. */
    say(text: string): void;
    /** The last lines: what became of it all, and where the report lies. */
    end(day: DayReport, files?: readonly string[]): void;
}

/**
 * Tells of the acts that will be played: their lines stand in columns, so all have to be known at first.
 *
 * @param stream where to. @default stderr
 */
export function createDayLines(acts: readonly ActTitle[], stream?: NodeJS.WriteStream): DayLines {
    const reporter = createReporter({ stream });
    return {
        start: ({ name }) => {
            const running = reporter.start(name);
            return {
                note: (text) => {
                    running.note(line(text));
                },
                over: (act) => {
                    running.over([actLine(act, acts), ...troubleLines(act)].join("\n"));
                },
            };
        },
        say: (text) => {
            reporter.say(text);
        },
        end: (day, files = []) => {
            reporter.say(["", ...dayLines(day), ...files.map((file) => `  ${file}`)].join("\n"));
        },
    };
}

/** The widest time below an hour: `59 min 59 s`. */
const TIME_WIDTH = 11;

/** One act in one line, in the columns of all acts: `✓ zero  From nothing to serving   3 min 12 s  14 URLs`. */
export function actLine(act: ActReport, acts: readonly ActTitle[]): string {
    const width = (field: keyof ActTitle) => Math.max(0, ...acts.map((each) => line(each[field]).length));
    const time = act.ok === undefined ? "not run" : duration(act.ms);
    return [
        `${markOf(act.ok)} ${line(act.name).padEnd(width("name"))}`,
        line(act.title).padEnd(width("title")),
        time.padStart(TIME_WIDTH),
        toldOf(act).join(", "),
    ]
        .join("  ")
        .trimEnd();
}

/** What went wrong in an act, below its line. */
function troubleLines(act: ActReport): string[] {
    return act.ok === false ? troubleOf(act).map((each) => `    ${each}`.trimEnd()) : [];
}

/** What became of the day. */
export function dayLines(day: DayReport): string[] {
    const lost = losses(day);
    return [
        [`${markOf(sumOf(day).ok)} ${verdict(day)}`, ...(lost === undefined ? [] : [lost])].join(", "),
        `  ${[...times(day), machineWords(day)].join(", ")}`,
    ];
}
