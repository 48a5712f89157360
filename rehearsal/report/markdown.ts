import { escape } from "../../tools/picture/svg";
import { MAX_COMMENT } from "../../tools/preview/comment";
import { ActReport, DayReport, sumOf } from "./day";
import { duration, line, losses, machineWords, markOf, plain, times, toldOf, verdict } from "./words";

/** What one cell or one step may hold. */
const LONGEST_TEXT = 300;
const LONGEST_FIGURES = 600;
/** What is shown of an error: its end, where the reason stands. */
const LONGEST_ERROR = 4_000;
/** Acts in the table, at the most: far more than there are. */
const MOST_ACTS = 40;

/**
 * The day as Markdown, for a pull request's comment or a job's summary. Its first line is the same for each rehearsal of a
 * stack, so that an older comment can be found. What is too long for a comment loses the details of the acts that went
 * well, then all details.
 */
export function markdown(day: DayReport): string {
    const failed = sumOf(day).failed;
    const tries = [day.acts, failed, []].map((told) => [...head(day), ...details(told), ""].join("\n"));
    return tries.find(({ length }) => length <= MAX_COMMENT) ?? tries.at(-1) ?? "";
}

function head(day: DayReport): string[] {
    const { ok } = sumOf(day);
    const said = [verdict(day), losses(day)].filter((each) => each !== undefined).join(", ");
    const stack = clip(line(day.stack), LONGEST_TEXT);
    return [
        // Two hyphens or a bracket would end the comment.
        `<!-- berth rehearsal ${stack.replace(/[<>]|-(?=-)/g, "")} -->`,
        `### ${markOf(ok)} Rehearsal of ${text(stack)}: ${said}`,
        "",
        [...times(day).map(capital), text(clip(machineWords(day), LONGEST_TEXT))].join(" · "),
        "",
        "|     | act | time | figures |",
        "| :-: | --- | ---: | --- |",
        ...day.acts.slice(0, MOST_ACTS).map(row),
    ];
}

function row(each: ActReport): string {
    const { name, title, ok, ms } = each;
    const words = clip(toldOf(each).join(", "), LONGEST_FIGURES);
    const act = `${text(clip(line(title), LONGEST_TEXT))} (${text(clip(line(name), LONGEST_TEXT))})`;
    return `| ${markOf(ok)} | ${act} | ${ok === undefined ? "not run" : duration(ms)} | ${text(words)} |`;
}

/** What was seen: open where something went wrong, the rest folded into one. */
function details(acts: readonly ActReport[]): string[] {
    const told = acts.filter(({ steps, error }) => steps.length > 0 || error !== undefined);
    const failed = told.filter(({ ok }) => ok === false);
    const others = told.filter(({ ok }) => ok !== false);
    return [
        ...failed.flatMap((act) =>
            folded(`${markOf(false)} ${clip(line(act.title), LONGEST_TEXT)}`, seen(act), true),
        ),
        ...(others.length === 0
            ? []
            : folded(
                  "What was seen",
                  others.flatMap((act, index) => [
                      ...(index === 0 ? [] : [""]),
                      `**${text(clip(line(act.title), LONGEST_TEXT))}**`,
                      "",
                      ...seen(act),
                  ]),
                  false,
              )),
    ];
}

function folded(title: string, body: readonly string[], open: boolean): string[] {
    const start = `<details${open ? " open" : ""}><summary>${escape(title)}</summary>`;
    return ["", start, "", ...body, "", "</details>"];
}

function seen({ steps, error }: ActReport): string[] {
    return [
        ...steps.map(({ text: words, ok, ms }) => {
            const time = ms === undefined ? "" : ` (${duration(ms)})`;
            return `- ${markOf(ok)} ${text(clip(line(words), LONGEST_TEXT))}${time}`;
        }),
        ...(error === undefined ? [] : fenced(lastOf(plain(error), LONGEST_ERROR))),
    ];
}

/** A fence is closed only by one as long as itself. */
function fenced(body: string): string[] {
    const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([ticks]) => ticks.length));
    const fence = "`".repeat(longest + 1);
    return ["", fence, body, fence];
}

/** Words that Markdown and HTML leave as they are. */
function text(words: string): string {
    return escape(words.replace(/[\\`*_[\]|~#]/g, "\\$&"));
}

function clip(words: string, limit: number): string {
    return words.length <= limit ? words : `${plain(words.slice(0, limit - 1))}…`;
}

function lastOf(words: string, limit: number): string {
    return words.length <= limit ? words : `…\n${plain(words.slice(-limit))}`;
}

function capital(words: string): string {
    return words.charAt(0).toUpperCase() + words.slice(1);
}
