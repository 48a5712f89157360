import { n } from "../../../tools/picture/geometry";
import { ActReport } from "../day";
import { markup, Markup } from "../markup";
import { duration, toldOf, markOf } from "../words";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Distances that ticks of a time axis may have. */
const STEPS = [
    SECOND,
    5 * SECOND,
    10 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
];
/** Ticks that have room. */
const MOST_TICKS = 8;

/** The distance of two ticks for a day of that length, in milliseconds. */
export function tickStep(total: number): number {
    return STEPS.find((step) => total / step <= MOST_TICKS) ?? Math.ceil(total / MOST_TICKS / HOUR) * HOUR;
}

/** The class of what went well, badly, or was not run. */
export function moodOf(ok: boolean | undefined): string {
    return ok === undefined ? "none" : ok ? "good" : "bad";
}

/** The acts below one another, each with a bar where it lies in the day. Acts follow one another without a pause. */
export function timeline(acts: readonly ActReport[]): Markup {
    // Never nothing: shares of it are taken.
    const total = Math.max(
        1,
        acts.reduce((sum, act) => sum + lengthOf(act), 0),
    );
    const step = tickStep(total);
    let before = 0;
    const rows = acts.map((act, index) => {
        const row = actRow(act, index + 1, { from: before, total });
        before += lengthOf(act);
        return row;
    });
    return markup`<div class="line axis" aria-hidden="true"><div class="ticks">${ticks(total, step)}</div></div>
<ol class="acts" style="--step:${percent(step, total)}">
${rows}</ol>`;
}

function ticks(total: number, step: number): Markup[] {
    const times = Array.from({ length: Math.floor(total / step) + 1 }, (_, index) => index * step);
    return times.map((at) => {
        const label = at === 0 ? "0" : duration(at).replace(/\.0 s$/, " s");
        return markup`<span style="left:${percent(at, total)}">${label}</span>`;
    });
}

interface Span {
    readonly from: number;
    readonly total: number;
}

function actRow(act: ActReport, number: number, span: Span): Markup {
    const { name, title, ok, ms } = act;
    const mood = moodOf(ok);
    // What went wrong is seen without a click.
    const open = ok === false ? markup` open` : undefined;
    const summary = [
        markup`<span class="mark ${mood}">${markOf(ok)}</span>`,
        markup`<span class="number ${mood}">${number}</span>`,
        markup`<div><h3>${title}</h3><p class="figures">${toldOf(act).map(whole).join(" · ")}</p></div>`,
        markup`<div class="track">${ok === undefined ? undefined : bar(act, span)}</div>`,
        markup`<span class="time">${ok === undefined ? "not run" : duration(ms)}</span>`,
    ];
    return markup`<li id="act-${number}" data-act="${name}"><details${open}>
<summary class="line">${summary}</summary>
${seen(act)}
</details></li>
`;
}

function bar({ ok, ms }: ActReport, { from, total }: Span): Markup {
    const place = `left:${percent(from, total)};width:${percent(ms, total)}`;
    return markup`<div class="bar ${moodOf(ok)}" style="${place}"></div>`;
}

/** Up to this length a figure is not broken over two lines. */
const WHOLE = 30;

function whole(figure: string): string {
    return figure.length <= WHOLE ? figure.replaceAll(" ", "\u00a0") : figure;
}

/** What an act looked at, one by one, and what went wrong. */
function seen({ steps, error }: ActReport): Markup {
    const items = steps.map(({ text, ok, ms }) => {
        const took = ms === undefined ? undefined : markup` <span class="took">${duration(ms)}</span>`;
        return markup`<li><span class="${moodOf(ok)}">${markOf(ok)}</span><span>${text}</span>${took}</li>`;
    });
    const told = [
        items.length === 0 ? undefined : markup`<ul>${items}</ul>`,
        error === undefined ? undefined : markup`<pre>${error}</pre>`,
    ].filter((each) => each !== undefined);
    return markup`<div class="seen">${told.length === 0 ? markup`<p class="none">Nothing was noted.</p>` : told}</div>`;
}

function lengthOf({ ok, ms }: ActReport): number {
    return ok === undefined ? 0 : Math.max(0, ms);
}

function percent(part: number, total: number): string {
    return `${n((Math.max(0, part) / total) * 100)}%`;
}
