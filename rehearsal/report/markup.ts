import { escape } from "../../tools/picture/svg";
import { plain } from "./words";

/** HTML that is known to be well formed. */
export class Markup {
    constructor(readonly html: string) {}
}

/** What may stand in a template: text, which is cleaned and escaped, and markup, which is not. */
export type Part = Markup | string | number | undefined | readonly Part[];

/** A template whose parts are escaped unless they are markup themselves, so that nothing from outside becomes markup. */
export function markup(fixed: TemplateStringsArray, ...parts: readonly Part[]): Markup {
    return new Markup(fixed.reduce((whole, piece, index) => whole + render(parts[index - 1]) + piece));
}

function render(part: Part): string {
    if (part === undefined) {
        return "";
    }
    if (part instanceof Markup) {
        return part.html;
    }
    return isList(part) ? part.map(render).join("") : escape(plain(String(part)));
}

function isList(part: Part): part is readonly Part[] {
    return Array.isArray(part);
}
