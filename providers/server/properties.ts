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
    /** Texts that are secret, by the name of the top-level property that holds them. */
    readonly secrets: ReadonlyMap<string, readonly string[]>;
    /** The properties in their envelopes. */
    readonly wire: Readonly<Record<string, JavaScriptValue>>;
}

const NOTHING: Received = { properties: {}, secrets: new Map(), wire: {} };

/** Opens a message: secrets are unwrapped and remembered. */
export function receive(struct: Struct | undefined): Received {
    const wire = struct?.toJavaScript() ?? {};
    const secrets = new Map<string, readonly string[]>();
    const properties: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(wire)) {
        const opened = unwrap(value);
        properties[name] = opened.value;
        if (opened.secrets !== undefined) {
            secrets.set(name, opened.secrets);
        }
    }
    return { properties, secrets, wire };
}

/**
 * Closes a message. What is just as it was received travels as it came: of an object with one secret in it, the rest
 * stays readable. What was made of a property that held a secret is secret, and so is what has the name of `always`.
 */
export function send(properties: Properties, received?: Received, always: readonly string[] = []): Struct {
    const wrapped: Record<string, JavaScriptValue> = {};
    for (const [name, value] of Object.entries(properties)) {
        if (value === undefined) {
            continue;
        }
        const plain = value as JavaScriptValue;
        const came = received?.wire[name];
        if (always.includes(name)) {
            wrapped[name] = inEnvelope(plain);
        } else if (came !== undefined && isDeepStrictEqual(received?.properties[name], value)) {
            wrapped[name] = came;
        } else {
            wrapped[name] = received?.secrets.has(name) ? inEnvelope(plain) : plain;
        }
    }
    return Struct.fromJavaScript(wrapped);
}

function inEnvelope(value: JavaScriptValue): JavaScriptValue {
    return { [rpc.specialSigKey]: rpc.specialSecretSig, value };
}

/** Every text that is secret in a resource's state. Its inputs tell exactly; the state may hold them as a whole. */
export function secretTexts(state: Received, inputs: Received = NOTHING): string[] {
    const others = [...state.secrets].filter(([name]) => !(name in inputs.properties));
    return [...inputs.secrets.values(), ...others.map(([, texts]) => texts)].flat();
}

/** Names of the properties that differ between two sets. */
export function changedNames(olds: Properties, news: Properties): string[] {
    const names = new Set([...Object.keys(olds), ...Object.keys(news)]);
    return [...names].filter((name) => !isDeepStrictEqual(olds[name], news[name])).sort();
}

interface Opened {
    readonly value: unknown;
    /** Texts in it that are secret; undefined where nothing is. */
    readonly secrets: readonly string[] | undefined;
}

function unwrap(value: unknown): Opened {
    if (Array.isArray(value)) {
        const items = value.map(unwrap);
        return { value: items.map((item) => item.value), secrets: secretsOf(items) };
    }
    if (typeof value !== "object" || value === null) {
        return { value, secrets: undefined };
    }
    const fields = value as Record<string, unknown>;
    if (fields[rpc.specialSigKey] === rpc.specialSecretSig) {
        const opened = unwrap(fields.value).value;
        return { value: opened, secrets: textsIn(opened) };
    }
    const entries = Object.entries(fields).map(([name, field]) => [name, unwrap(field)] as const);
    return {
        value: Object.fromEntries(entries.map(([name, field]) => [name, field.value])),
        secrets: secretsOf(entries.map(([, field]) => field)),
    };
}

function secretsOf(parts: readonly Opened[]): string[] | undefined {
    const found = parts.flatMap(({ secrets }) => (secrets === undefined ? [] : [secrets]));
    return found.length === 0 ? undefined : found.flat();
}

/** Every text in a value, however deep. */
function textsIn(value: unknown): string[] {
    if (typeof value === "string") {
        return [value];
    }
    return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
