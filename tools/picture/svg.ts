import { Box, n, Point, roundedPath } from "./geometry";

/** The end of an arrow, for the `defs` of a document. */
export function tip(kind: string): string {
    const size = 'markerWidth="8" markerHeight="8" refX="7" refY="4"';
    return `<marker id="to${kind}" ${size} orient="auto" markerUnits="userSpaceOnUse"><path class="tip${kind}" d="M0 .6L8 4L0 7.4Z"/></marker>`;
}

export function group(parts: readonly string[]): string {
    return `<g>${parts.join("")}</g>`;
}

export function rectangle(name: string, { x, y, width, height }: Box, radius: number): string {
    return `<rect class="${name}" x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="${radius}"/>`;
}

/** One or more lines; where they share a way it is drawn once, and the arrow stands at the last one's end. */
export function path(name: string, lines: readonly (readonly Point[])[], arrow?: string): string {
    const marker = arrow === undefined ? "" : ` marker-end="url(#to${arrow})"`;
    const data = lines.map((points) => roundedPath(points, 8)).join("");
    return `<path class="${name}" d="${data}"${marker}/>`;
}

export function text(name: string, { x, y }: Point, words: string, size: number, anchor = "start"): string {
    const aligned = anchor === "start" ? "" : ` text-anchor="${anchor}"`;
    return `<text class="${name}" x="${n(x)}" y="${n(y)}" font-size="${size}"${aligned}>${escape(words)}</text>`;
}

/** A text as it stands in a document or in an attribute. */
export function escape(words: string): string {
    return words
        .replaceAll("&", "&amp;")
        .replaceAll("<", "&lt;")
        .replaceAll(">", "&gt;")
        .replaceAll('"', "&quot;");
}
