import { isDeepStrictEqual } from "node:util";
import { isScalar, parse, parseDocument } from "yaml";
import { Problem, refuse } from "../../lib/problems";

/** An app of a system, as a stack's settings name it. */
export interface AppName {
    readonly system: string;
    readonly app: string;
}

/** Where an app's image stands in a stack's file, as `pulumi config set --path` takes it: `audifi:images.api`. */
export function settingOf({ system, app }: AppName): string {
    return `${system}:images.${app}`;
}

/** The image that a stack's file sets for an app; undefined where it sets none. Throws on what is no YAML. */
export function imageAt(text: string, { system, app }: AppName): string | undefined {
    const { config } = (parse(text) ?? {}) as { config?: Record<string, unknown> };
    const images = config?.[`${system}:images`];
    const image = isMap(images) && Object.hasOwn(images, app) ? images[app] : undefined;
    return typeof image === "string" ? image : undefined;
}

/**
 * The file with another image for one app, and not a character else changed: comments are people's. `pulumi config set`
 * lays the whole file out anew.
 */
export function withImage(text: string, at: AppName, image: string): string {
    const { text: changed, problems } = replaceImage(text, at, image);
    refuse("The stack's file", problems);
    return changed;
}

/** The same, with what is in its way instead of an error. */
export function replaceImage(
    text: string,
    at: AppName,
    image: string,
): { text: string; problems: Problem[] } {
    const node = parseDocument(text).getIn(["config", `${at.system}:images`, at.app], true);
    const [start, end] = (isScalar(node) ? node.range : undefined) ?? [0, 0];
    const changed = `${text.slice(0, start)}${image}${text.slice(end)}`;
    return { text: changed, problems: isOnlyChange(text, changed, at, image) ? [] : [notPlain(at)] };
}

function notPlain(at: AppName): Problem {
    const message = "is written in a way that cannot be replaced as it stands";
    return { path: settingOf(at), message, fix: "Write the image in one line, without anchor or alias." };
}

/** Reads the result back: block texts, anchors and aliases would have taken more, or less, than the image with them. */
function isOnlyChange(before: string, after: string, at: AppName, image: string): boolean {
    const expected = parse(before) as { config?: Record<string, unknown> };
    const images = expected.config?.[`${at.system}:images`];
    if (!isMap(images)) {
        return false;
    }
    images[at.app] = image;
    const document = parseDocument(after);
    return document.errors.length === 0 && isDeepStrictEqual(document.toJS(), expected);
}

function isMap(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null;
}
