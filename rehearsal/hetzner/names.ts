import { Field, text, wrong } from "./fields";

const MAX_NAME = 64;

/** Name of anything but a server. */
export const plainName: Field<string> = (value) => {
    const name = text(value);
    if (name === "" || name.length > MAX_NAME) {
        throw wrong(`must have 1 to ${MAX_NAME} characters`);
    }
    return name;
};

const HOST_PART = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;

/** Name of a server: it becomes its host name (RFC 1123). */
export const hostName: Field<string> = (value) => {
    const name = text(value);
    if (name.length > 253 || !name.split(".").every((part) => HOST_PART.test(part))) {
        throw wrong("must be a host name (RFC 1123): letters, digits, dashes and dots");
    }
    return name;
};

/** 1 to 63 letters, digits, `-`, `_` and `.`, with a letter or a digit at both ends. */
const WORD = /^[a-z0-9]([a-z0-9_.-]{0,61}[a-z0-9])?$/i;
const MAX_PREFIX = 253;

/** Labels: keys may have a prefix and a slash, values may be empty. Source: "Labels" in Hetzner Cloud's API documentation. */
export const labels: Field<Record<string, string>> = (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
        throw wrong("must be an object of texts");
    }
    const entries = Object.entries(value as Record<string, unknown>).map(([key, word]) => {
        if (typeof word !== "string" || !isKey(key) || (word !== "" && !WORD.test(word))) {
            throw wrong(`label ${JSON.stringify(key)} has a key or a value that is not allowed`);
        }
        return [key, word] as const;
    });
    return Object.fromEntries(entries);
};

function isKey(key: string): boolean {
    const [name = "", prefix, ...more] = key.split("/").reverse();
    const prefixed =
        prefix === undefined ||
        (prefix.length <= MAX_PREFIX && /^[a-z0-9]([a-z0-9_.-]*[a-z0-9])?$/i.test(prefix));
    return more.length === 0 && prefixed && WORD.test(name);
}

/** Whether labels meet a selector: `a=b`, `a==b`, `a!=b`, `a`, `!a`, with commas between them. */
export function selects(selector: string, found: Readonly<Record<string, string>>): boolean {
    return selector
        .split(",")
        .map((part) => part.trim())
        .every((part) => {
            const [, key = "", operator, wanted = ""] = /^([^=!]+?)\s*(==?|!=)\s*(.*)$/.exec(part) ?? [];
            if (operator !== undefined) {
                return (found[key] === wanted) === (operator !== "!=");
            }
            return part.startsWith("!") ? !(part.slice(1).trim() in found) : part in found;
        });
}
