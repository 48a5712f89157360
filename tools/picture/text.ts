/**
 * Width of a text, from above: which font a reader has is not known, so the widest of the usual ones (DejaVu Sans) is
 * taken. Nothing that is laid out by it is ever cut.
 */
export function widthOf(text: string, size: number, bold = false): number {
    const ems = Array.from(text).reduce((sum, character) => sum + emsOf(character), 0);
    return ems * size * (bold ? 1.12 : 1);
}

const WIDTHS: readonly (readonly [RegExp, number])[] = [
    [/[ijlI']/, 0.29],
    [/[.,:;/|! ]/, 0.34],
    [/[ftr()\-·]/, 0.42],
    [/[csz]/, 0.55],
    [/[kvxy]/, 0.6],
    [/w/, 0.82],
    [/[mMW@×…]/, 0.98],
    [/[A-Z]/, 0.74],
];

function emsOf(character: string): number {
    return WIDTHS.find(([characters]) => characters.test(character))?.[1] ?? 0.64;
}

/** Breaks a host or path where a reader would, after a dot or before a slash, into lines that fit if any break allows it. */
export function wrap(text: string, size: number, width: number): string[] {
    const pieces = text.split(/(?<=\.)|(?=\/)/);
    const lines: string[] = [];
    for (const piece of pieces) {
        const last = lines.at(-1);
        if (last !== undefined && widthOf(last + piece, size) <= width) {
            lines[lines.length - 1] = last + piece;
        } else {
            lines.push(piece);
        }
    }
    // From the right: the domain stays whole and the leftmost labels stand alone.
    return lines.length > 1 ? wrapFromRight(pieces, size, width) : lines;
}

function wrapFromRight(pieces: readonly string[], size: number, width: number): string[] {
    const lines: string[] = [];
    for (const piece of [...pieces].reverse()) {
        const [first] = lines;
        if (first !== undefined && widthOf(piece + first, size) <= width) {
            lines[0] = piece + first;
        } else {
            lines.unshift(piece);
        }
    }
    return lines;
}
