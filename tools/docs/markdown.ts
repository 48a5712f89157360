import { Member, Method } from "./model";
import { Declaration } from "./sources";
import { ShownType } from "./types";

/** Where the pages tell of a declaration; empty for nowhere else. */
export type LinkTo = (declaration: Declaration) => string;

/** A table of fields. What may be left out has a default; what nobody gives has none. */
export function memberTable(members: readonly Member[], linkTo: LinkTo, isInput: boolean): string {
    const given = isInput || members.some(({ optional }) => optional);
    const changing = members.some(({ comment }) => comment.change !== undefined);
    const pick = <Cell>(name: Cell, type: Cell, byDefault: Cell, meaning: Cell, change: Cell) => [
        name,
        type,
        ...(given ? [byDefault] : []),
        meaning,
        ...(changing ? [change] : []),
    ];
    return table(
        pick("name", "type", "default", "meaning", "when it changes"),
        members.map(({ name, optional, type, comment }) =>
            pick(
                code(name),
                linked(type, linkTo),
                optional ? (comment.byDefault ?? "none") : "(required)",
                comment.text,
                comment.change ?? "",
            ),
        ),
    );
}

export function methodTable(methods: readonly Method[], linkTo: LinkTo): string {
    return table(
        ["method", "meaning"],
        methods.map(({ signature, gives, comment }) => [
            linked({ text: signature, named: gives }, linkTo),
            [comment.text, comment.change ?? ""].join(" ").trim(),
        ]),
    );
}

/** The text of a type, which leads to the first of its parts that the pages tell of. */
function linked({ text, named }: ShownType, linkTo: LinkTo): string {
    const [target = ""] = named.map(linkTo);
    return target === "" ? code(text) : `[${code(text)}](${target})`;
}

export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
    const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
    return [line(headings), line(headings.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A bar would end the cell, also inside code. */
function cell(text: string): string {
    return text.replace(/\n+/g, "<br>").replaceAll("|", "\\|");
}

export function code(text: string): string {
    return text === "" ? "" : `\`${text}\``;
}

export function program(text: string): string {
    return ["```ts", text.trim(), "```"].join("\n");
}

/** The anchor of a heading, as GitHub makes it. */
export function anchorOf(heading: string): string {
    return `#${heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, "")
        .replaceAll(" ", "-")}`;
}

/** `HetznerVps` has its page in `hetzner-vps.md`. */
export function kebab(name: string): string {
    return name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}
