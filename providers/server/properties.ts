import { isDeepStrictEqual } from "node:util";
import * as rpc from "@pulumi/pulumi/runtime/rpc";
import { JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

/** Properties of a resource as they travel, without the envelopes that mark secrets. */
export type Properties = Readonly<Record<string, unknown>>;

/** Stands for a value that is known only after other resources were made. */
export const UNKNOWN: string = rpc.unknownValue;

/** The property that a path leads into. */
export function rootOf(path: string): string {
    return path.split(/[.[]/, 1)[0] ?? path;
}

/** The resource's name in the program. */
export function nameOf(urn: string): string {
    return urn.split("::").slice(3).join("::");
}

/** Whether a value, or anything in it, is not known yet. */
export function hasUnknown(value: unknown): boolean {
    if (value === UNKNOWN) {
        return true;
    }
    return typeof value === "object" && value !== null && Object.values(value).some(hasUnknown);
}

/** What came over the wire: the bare properties, and which of them hold a secret. */
export interface Received {
    readonly properties: Properties;
    readonly secrets: ReadonlySet<string>;
}

/** Opens a message: secrets are unwrapped and remembered by the name of the top-level property that holds them. */
export function receive(struct: Struct | undefined): Received {
    const secrets = new Set<string>();
    const properties: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(struct?.toJavaScript() ?? {})) {
        const opened = unwrap(value);
        properties[name] = opened.value;
        if (opened.secret) {
            secrets.add(name);
        }
    }
    return { properties, secrets };
}

/** Closes a message: the named properties travel in a secret's envelope. */
export function send(properties: Properties, secrets: ReadonlySet<string>): Struct {
    const wrapped: Record<string, JavaScriptValue> = {};
    for (const [name, value] of Object.entries(properties)) {
        if (value !== undefined) {
            const plain = value as JavaScriptValue;
            wrapped[name] = secrets.has(name)
                ? { [rpc.specialSigKey]: rpc.specialSecretSig, value: plain }
                : plain;
        }
    }
    return Struct.fromJavaScript(wrapped);
}

/** Names of the properties that differ between two sets. */
export function changedNames(olds: Properties, news: Properties): string[] {
    const names = new Set([...Object.keys(olds), ...Object.keys(news)]);
    return [...names].filter((name) => !isDeepStrictEqual(olds[name], news[name])).sort();
}

interface Opened {
    readonly value: unknown;
    readonly secret: boolean;
}

function unwrap(value: unknown): Opened {
    if (Array.isArray(value)) {
        const items = value.map(unwrap);
        return { value: items.map((item) => item.value), secret: items.some((item) => item.secret) };
    }
    if (typeof value !== "object" || value === null) {
        return { value, secret: false };
    }
    const fields = value as Record<string, unknown>;
    if (fields[rpc.specialSigKey] === rpc.specialSecretSig) {
        return { value: unwrap(fields.value).value, secret: true };
    }
    const entries = Object.entries(fields).map(([name, field]) => [name, unwrap(field)] as const);
    return {
        value: Object.fromEntries(entries.map(([name, field]) => [name, field.value])),
        secret: entries.some(([, field]) => field.secret),
    };
}
