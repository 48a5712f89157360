import { FONTS, styleSheet, Tone, tones } from "../../../tools/picture/style";

/** What the page has beyond the picture's own colours. */
const more: Readonly<Record<string, Tone>> = {
    broken: ["#bf3f2c", "#f07c68"],
    brokenPale: ["#fbeeeb", "#2c1815"],
    onBadge: ["#ffffff", "#0d1117"],
};

/** The page's colours: those of the picture, by what they are for. */
const colours: Readonly<Record<string, Tone | undefined>> = {
    page: tones.page?.fill,
    card: tones.system?.fill,
    edge: tones.system?.stroke,
    title: tones.title?.fill,
    text: tones.text?.fill,
    muted: tones.muted?.fill,
    good: tones.route?.stroke,
    ...more,
};

function variables(scheme: 0 | 1): string {
    return Object.entries(colours)
        .map(([name, tone]) => (tone ? `--${name}:${tone[scheme]};` : ""))
        .join("");
}

const layout = `
* { box-sizing: border-box; }
body { margin: 0; padding: 32px 24px 56px; background: var(--page); color: var(--text); font: 14px/1.5 ${FONTS}; }
main { max-width: 1080px; margin: 0 auto; }
h1, h2, h3, p, ol, ul, dl, dd, figure { margin: 0; padding: 0; }
h1 { font-size: 26px; line-height: 1.25; font-weight: 650; color: var(--title); }
h2 { font-size: 15px; font-weight: 600; color: var(--title); margin: 44px 0 12px; }
h3 { font-size: 14px; font-weight: 600; color: var(--title); }
.lead { margin-top: 6px; color: var(--muted); }
.good { color: var(--good); }
.bad { color: var(--broken); }
.none { color: var(--muted); }

.sums { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 12px; margin-top: 26px; }
.sums > div { display: flex; flex-direction: column-reverse; justify-content: flex-end; padding: 14px 18px; background: var(--card); border: 1px solid var(--edge); border-radius: 10px; }
.sums dd { font-size: 25px; line-height: 1.25; font-weight: 600; color: var(--title); font-variant-numeric: tabular-nums; }
.sums dd.good { color: var(--good); }
.sums dd.bad { color: var(--broken); }
.sums dt { color: var(--muted); }

.line { display: grid; grid-template-columns: 20px 24px minmax(0, 10fr) minmax(0, 11fr) 82px 12px; gap: 0 10px; align-items: center; }
.axis { height: 24px; padding: 0 14px; font-size: 12px; color: var(--muted); }
.ticks { grid-column: 4; position: relative; height: 18px; }
.ticks span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
.ticks span:first-child { transform: none; }
.acts { list-style: none; background: var(--card); border: 1px solid var(--edge); border-radius: 10px; overflow: hidden; }
.acts > li + li { border-top: 1px solid var(--edge); }
.acts summary { padding: 7px 14px; cursor: pointer; list-style: none; }
.acts summary::-webkit-details-marker { display: none; }
.acts summary:hover { background: var(--page); }
.acts summary:focus-visible { outline: 2px solid var(--good); outline-offset: -3px; border-radius: 10px; }
.acts summary::after { content: "›"; color: var(--muted); text-align: center; }
.acts details[open] > summary::after { transform: rotate(90deg); }
.mark { font-size: 16px; font-weight: 700; text-align: center; }
.number { width: 20px; height: 20px; border-radius: 50%; font-size: 11px; line-height: 20px; text-align: center; font-weight: 600; background: var(--good); color: var(--onBadge); font-variant-numeric: tabular-nums; }
.number.bad { background: var(--broken); color: var(--onBadge); }
.number.none { background: var(--muted); color: var(--onBadge); }
.figures { font-size: 12.5px; color: var(--muted); overflow-wrap: anywhere; }
.time { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; color: var(--title); }
.track { position: relative; align-self: stretch; margin: -7px 0; background: linear-gradient(to right, var(--edge) 1px, transparent 1px) 0 0 / var(--step) 100%; }
.bar { position: absolute; top: 50%; height: 14px; margin-top: -7px; min-width: 4px; border-radius: 4px; background: var(--good); }
.bar.bad { background: var(--broken); }

.seen { padding: 4px 14px 14px 78px; font-size: 13px; }
.seen ul { list-style: none; }
.seen li { padding: 1px 0 1px 22px; text-indent: -22px; overflow-wrap: anywhere; }
.seen li span:first-child { display: inline-block; width: 22px; text-indent: 0; font-weight: 700; }
.seen li .took { color: var(--muted); font-variant-numeric: tabular-nums; }
.seen pre { margin: 8px 0 0; padding: 10px 12px; background: var(--brokenPale); color: var(--title); border-radius: 8px; font: 12px/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }

figure { background: var(--card); border: 1px solid var(--edge); border-radius: 10px; padding: 18px; }
figure svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
figure svg.small { display: none; }
.ends { position: absolute; width: 0; height: 0; }
figcaption { margin-top: 14px; font-size: 13px; color: var(--muted); }
figcaption .number { display: inline-block; margin-right: 3px; }
.host { fill: var(--page); stroke: var(--edge); }
.node { fill: var(--page); stroke: var(--muted); }
.badge { fill: var(--good); }
.badge.broken { fill: var(--broken); }
.badge.unplayed { fill: var(--muted); }
.badgeText { fill: var(--onBadge); font-weight: 600; }
footer { margin-top: 28px; font-size: 12.5px; color: var(--muted); overflow-wrap: anywhere; }

@media screen and (max-width: 820px) {
  body { padding: 24px 16px 40px; }
  h1 { font-size: 22px; }
  .sums { grid-template-columns: 1fr 1fr; gap: 8px; margin-top: 20px; }
  .sums > div { padding: 10px 12px; }
  .sums dd { font-size: 19px; }
  .sums dt { font-size: 12.5px; line-height: 1.35; }
  .axis { display: none; }
  .line { grid-template-columns: 18px 22px minmax(0, 1fr) auto 10px; }
  .line > *, .acts summary::after { grid-row: 1; }
  .line .track { grid-row: 2; grid-column: 3 / 6; height: 8px; margin: 5px 0 2px; background: var(--page); border-radius: 4px; }
  .bar { height: 8px; margin-top: -4px; }
  .seen { padding-left: 14px; }
  figure { padding: 12px; }
  figure svg.large { display: none; }
  figure svg.small { display: block; }
}

@media print {
  body { padding: 0; font-size: 11px; }
  h2 { margin-top: 24px; }
  h3, .mark { font-size: 12px; }
  .figures, .axis, .seen, figcaption, footer { font-size: 10.5px; }
  .sums dd { font-size: 18px; }
  .line { grid-template-columns: 18px 24px minmax(0, 13fr) minmax(0, 10fr) 62px 0; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .acts > li, figure, .sums > div { break-inside: avoid; }
  .acts, figure { overflow: visible; }
  .acts summary::after { content: ""; }
  details::details-content { content-visibility: visible; display: block; block-size: auto; }
}
`;

/** The page's style sheet, with the picture's in it: light, and dark where the reader's system is. */
export function pageStyle(): string {
    return [
        `:root{color-scheme:light dark;${variables(0)}}`,
        `@media (prefers-color-scheme:dark){:root{${variables(1)}}}`,
        styleSheet(),
        layout.trim(),
    ].join("\n");
}
