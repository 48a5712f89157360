import ts from "typescript";

/** A doc comment, taken apart. */
export interface Comment {
    /** All of it but its tags and what is said of changes. Paragraphs are separated by an empty line. */
    readonly text: string;
    /** What happens when the value changes. */
    readonly change: string | undefined;
    /** What `@default` says. */
    readonly byDefault: string | undefined;
}

const NOTHING: Comment = { text: "", change: undefined, byDefault: undefined };

/** The comment of a declaration or of a member. */
export function commentOf(node: ts.Node): Comment {
    const comment = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc);
    if (comment === undefined) {
        return NOTHING;
    }
    const tag = comment.tags?.find(({ tagName }) => tagName.text === "default");
    const byDefault = ts.getTextOfJSDocComment(tag?.comment);
    return {
        ...splitChange(ts.getTextOfJSDocComment(comment.comment) ?? ""),
        byDefault: byDefault === undefined ? undefined : oneLine(byDefault),
    };
}

/** How sentences begin that say what a change does. */
const OF_A_CHANGE = /^(a change|changes|another one is|a new (one|value)( is|:)?)\b/i;

/** Takes apart what a value means and what happens when it changes. A sentence ends with a full stop or a semicolon. */
export function splitChange(comment: string): Omit<Comment, "byDefault"> {
    const paragraphs = comment
        .split(/\n\s*\n/)
        .filter((paragraph) => paragraph.trim() !== "")
        .map((paragraph) => sentencesOf(oneLine(paragraph)));
    const about = (wanted: boolean) =>
        paragraphs
            .map((sentences) => sentences.filter((each) => OF_A_CHANGE.test(each) === wanted).map(sentence))
            .filter((sentences) => sentences.length > 0);
    const change = about(true).flat().join(" ");
    return {
        text: about(false)
            .map((sentences) => sentences.join(" "))
            .join("\n\n"),
        change: change === "" ? undefined : change,
    };
}

function sentencesOf(text: string): string[] {
    const sentences = text.split(/(?<=[.!?])\s+(?=[A-Z`])/);
    // Behind a semicolon a sentence of its own may stand: only where it is one of changes is it taken out.
    return sentences.flatMap((each) => {
        const at = each.lastIndexOf("; ");
        return at >= 0 && OF_A_CHANGE.test(each.slice(at + 2))
            ? [each.slice(0, at), each.slice(at + 2)]
            : [each];
    });
}

function sentence(text: string): string {
    const ended = /[.!?:]$/.test(text) ? text : `${text}.`;
    return ended.charAt(0).toUpperCase() + ended.slice(1);
}

function oneLine(text: string): string {
    return text.replace(/\s+/g, " ").trim();
}
