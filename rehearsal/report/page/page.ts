import { tip } from "../../../tools/picture/svg";
import { DayReport, sumOf } from "../day";
import { markup, Markup } from "../markup";
import { drawStack } from "../picture/draw";
import { badgesAt } from "../picture/places";
import { count, duration, line, machineWords, markOf } from "../words";
import { pageStyle } from "./style";
import { moodOf, timeline } from "./timeline";

/** Widths that the picture is drawn for, in pixels: a screen's, and a telephone's. */
const LARGE = 1040;
const SMALL = 340;

/**
 * The day as one HTML file that needs nothing else: no script, no font, no network. Light or dark as the reader's system
 * is. What comes from outside is escaped; secrets are masked by the caller.
 */
export function page(day: DayReport): string {
    const { stack, acts, systems } = day;
    return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>A day of ${line(stack)}</title>
<style>
${new Markup(pageStyle())}
</style>
</head>
<body>
<main>
<header>
<h1>A day of ${line(stack)}</h1>
<p class="lead">${lead(day)}</p>
${sums(day)}
</header>
<section>
<h2>What happened</h2>
${timeline(acts)}
</section>
${systems.length === 0 ? undefined : picture(day)}
<footer>${footer(day)}</footer>
</main>
</body>
</html>
`.html;
}

/** What became of it, in a sentence. */
function lead(day: DayReport): Markup {
    const { ok, failed, played } = sumOf(day);
    const about = "The whole stack, from nothing, rehearsed on one machine.";
    if (ok) {
        return markup`<b class="good">${markOf(true)} All went well.</b> ${about}`;
    }
    const trouble =
        failed.length > 0
            ? `Failed: ${failed.map(({ title }) => line(title)).join(", ")}.`
            : played === 0
              ? "No act was played."
              : "Requests were lost.";
    return markup`<b class="bad">${markOf(false)} ${trouble}</b> ${about}`;
}

/** What a person wants to know first. */
function sums(day: DayReport): Markup {
    const { passed, played, requests, lost, failed } = sumOf(day);
    const tiles = [
        tile(`${passed} of ${played}`, "acts went well", played > 0 && failed.length === 0),
        requests === 0 ? undefined : tile(count(lost), `of ${count(requests)} requests lost`, lost === 0),
        day.servingMs === undefined ? undefined : tile(duration(day.servingMs), "from nothing to serving"),
        tile(duration(day.ms), "the whole day"),
    ];
    return markup`<dl class="sums">
${tiles}</dl>`;
}

function tile(value: string, label: string, ok?: boolean): Markup {
    const mood = ok === undefined ? "" : moodOf(ok);
    return markup`<div><dt>${label}</dt><dd class="${mood}">${value}</dd></div>
`;
}

function picture({ systems, acts }: DayReport): Markup {
    const drawn = (width: number, name: string) =>
        new Markup(drawStack(systems, acts, width).replace("<svg ", `<svg class="${name}" `));
    const everywhere = badgesAt("everything", acts).map(
        ({ number, ok }) => markup`<span class="number ${moodOf(ok)}">${number}</span>`,
    );
    const whole = everywhere.length === 0 ? undefined : markup` About the whole stack: ${everywhere}`;
    // The arrows' ends stand in a picture of their own: those of one that is not shown are lost.
    const ends = ["Route", "Postgres", "Redis"].map((kind) => new Markup(tip(kind)));
    return markup`<section>
<h2>The stack, and where each act struck</h2>
<figure>
<svg class="ends" aria-hidden="true"><defs>${ends}</defs></svg>
${drawn(LARGE, "large")}
${drawn(SMALL, "small")}
<figcaption>A number is an act of the list above.${whole}</figcaption>
</figure>
</section>`;
}

function footer(day: DayReport): string {
    return [
        `Started ${moment(day.startedAt)}`,
        ...(day.commit === undefined ? [] : [`commit ${day.commit}`]),
        machineWords(day),
        "made by npm run rehearse",
    ].join(" · ");
}

/** `2026-11-22 08:15 UTC`, or the text itself when it is no time. */
function moment(text: string): string {
    const date = new Date(text);
    return Number.isNaN(date.getTime()) ? text : `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
