import { stripVTControlCharacters } from "node:util";
import { ActReport, DayReport, Figures, sumOf } from "./day";

/** How an act or a step went. */
export function markOf(ok: boolean | undefined): string {
    return ok === undefined ? "–" : ok ? "✓" : "✗";
}

/** A time as a person says it: `0.4 s`, `42 s`, `3 min 12 s`, `1 h 2 min`. */
export function duration(milliseconds: number): string {
    const ms = Math.max(0, milliseconds);
    if (ms < 9_950) {
        return `${(ms / 1000).toFixed(1)} s`;
    }
    const seconds = Math.round(ms / 1000);
    if (seconds < 60) {
        return `${seconds} s`;
    }
    if (seconds < 3600) {
        return pair(seconds, 60, "min", "s");
    }
    return pair(Math.round(seconds / 60), 60, "h", "min");
}

function pair(value: number, base: number, large: string, small: string): string {
    const rest = value % base;
    return `${Math.floor(value / base)} ${large}${rest === 0 ? "" : ` ${rest} ${small}`}`;
}

/** A number with its thousands apart and at most two decimals, the same on every machine. */
export function count(value: number): string {
    return Number.isFinite(value)
        ? value.toLocaleString("en-GB", { maximumFractionDigits: 2 })
        : String(value);
}

/** Units that a label may end with; they then stand behind the number. */
const UNIT = /^(.+) (ms|s|%|MB|MiB|GB|GiB)$/;

/** One figure in words: `3,120 requests`, `1 websocket`, `p95 14 ms`, `version: 3.6`, `host key kept`, `all rows there: no`. */
export function figure(label: string, value: number | string | boolean): string {
    const name = line(label);
    if (typeof value === "number") {
        const [, what, unit] = UNIT.exec(name) ?? [];
        return what === undefined || unit === undefined
            ? `${count(value)} ${value === 1 ? singular(name) : name}`
            : `${what} ${count(value)} ${unit}`;
    }
    return typeof value === "string" ? `${name}: ${line(value)}` : value ? name : `${name}: no`;
}

/** A label that is one plural: `websockets`, and neither `lost` nor `by the tunnel`. */
function singular(name: string): string {
    return name.replace(/^(\S*[^s\s])s$/, "$1");
}

/** Every figure of an act, in the act's own order. */
function figuresOf(figures: Figures): string[] {
    return Object.entries(figures).map(([label, value]) => figure(label, value));
}

/** What an act has to tell in a few words: its figures, or why it was not played. */
export function toldOf({ ok, figures, error }: Pick<ActReport, "ok" | "figures" | "error">): string[] {
    return ok === undefined && error !== undefined ? [line(error)] : figuresOf(figures);
}

/** Text from outside: without terminals' codes and other control characters, without halves of characters. */
export function plain(text: string): string {
    return (
        stripVTControlCharacters(text)
            .replace(/\r\n?/g, "\n")
            // eslint-disable-next-line no-control-regex -- control characters are what is looked for
            .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "")
            .replace(/\p{Surrogate}/gu, "\ufffd")
            .trim()
    );
}

/** The same on one line. */
export function line(text: string): string {
    return plain(text).replace(/\s+/g, " ");
}

/** What became of the acts: `12 of 12 acts went well`. */
export function verdict(day: Pick<DayReport, "acts">): string {
    const { passed, played } = sumOf(day);
    return played === 0 ? "no act was played" : `${passed} of ${played} acts went well`;
}

/** What was lost under load: `0 of 23,932 requests lost`. Undefined when there was no load. */
export function losses(day: Pick<DayReport, "acts">): string | undefined {
    const { requests, lost } = sumOf(day);
    return requests === 0 ? undefined : `${count(lost)} of ${count(requests)} requests lost`;
}

/** The machine in a few words: `2 cores, 7.8 GiB, Linux 6.1`. */
export function machineWords({ machine: { cpus, memoryMb, kernel } }: Pick<DayReport, "machine">): string {
    const memory = (memoryMb / 1024).toFixed(1).replace(/\.0$/, "");
    return `${count(cpus)} ${cpus === 1 ? "core" : "cores"}, ${memory} GiB, ${line(kernel)}`;
}

/** How long it all took: `serving after 3 min 12 s`, `the whole day 11 min 4 s`. */
export function times({ servingMs, ms }: Pick<DayReport, "servingMs" | "ms">): string[] {
    return [
        ...(servingMs === undefined ? [] : [`serving after ${duration(servingMs)}`]),
        `the whole day ${duration(ms)}`,
    ];
}

/** What went wrong in an act: its failed steps, then its error. */
export function troubleOf({ steps, error }: Pick<ActReport, "steps" | "error">): string[] {
    return [
        ...steps.filter(({ ok }) => !ok).map(({ text }) => `${markOf(false)} ${line(text)}`),
        ...(error === undefined ? [] : plain(error).split("\n")),
    ];
}
