import { FONT } from "../../../tools/picture/systemLayout";
import { widthOf, wrap } from "../../../tools/picture/text";

/** A text that is at most so wide: what is too long ends with an ellipsis. */
export function clipped(words: string, size: number, width: number, bold = false): string {
    const characters = Array.from(words);
    while (characters.length > 0 && widthOf(words, size, bold) > width) {
        characters.pop();
        words = `${characters.join("")}…`;
    }
    return words;
}

/** A host and path on as many lines as they take. */
export function hostLines(host: string, width: number): string[] {
    return wrap(host, FONT.small, width).map((each) => clipped(each, FONT.small, width));
}

/** Words on as many lines as they take. */
export function wordLines(words: string, width: number): string[] {
    const lines: string[] = [];
    for (const word of words.split(" ")) {
        const last = lines.at(-1);
        if (last !== undefined && widthOf(`${last} ${word}`, FONT.small) <= width) {
            lines[lines.length - 1] = `${last} ${word}`;
        } else {
            lines.push(word);
        }
    }
    return lines.map((each) => clipped(each, FONT.small, width));
}

/** Shares a width by how much each asks for; what asks for less than its equal part gets at least that. */
export function shared(needs: readonly number[], width: number): number[] {
    const least = needs.map((need) => Math.min(need, width / needs.length));
    const wanted = needs.map((need, index) => need - (least[index] ?? 0));
    const spare = width - sum(least);
    const all = sum(wanted);
    return needs.map((_, index) => {
        const part = all === 0 ? 1 / needs.length : (wanted[index] ?? 0) / all;
        return (least[index] ?? 0) + spare * part;
    });
}

function sum(values: readonly number[]): number {
    return values.reduce((whole, each) => whole + each, 0);
}
