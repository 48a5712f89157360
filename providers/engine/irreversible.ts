/** Something that a run did and that an image of before can't live with. */
export interface IrreversibleChange {
    /** Name of the image that did it. */
    readonly image: string;
    readonly reason: string;
}

const DECLARATION = "berth:irreversible ";

/** What a line of an image's output declares, if it does. */
export function declaredBy(image: string, line: string): IrreversibleChange[] {
    const reason = line.slice(DECLARATION.length).trim();
    return line.startsWith(DECLARATION)
        ? [{ image, reason: reason === "" ? "no reason was given" : reason }]
        : [];
}

/** The list, the oldest first, each once. */
export function withDeclared(
    before: readonly IrreversibleChange[],
    declared: readonly IrreversibleChange[],
): IrreversibleChange[] {
    const all = [...before, ...declared];
    return all.filter((each, index) => !isIn(each, all.slice(0, index)));
}

/** Whether a list has a change already. */
export function isIn({ image, reason }: IrreversibleChange, list: readonly IrreversibleChange[]): boolean {
    return list.some((each) => each.image === image && each.reason === reason);
}
