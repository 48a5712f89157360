/** A stack's settings as its file has them; a secret is a map with `secure` in it. */
export type StackSettings = Readonly<Record<string, unknown>>;

/** Settings that can be read without the stack's key. */
export interface PlainSettings {
    readonly settings: StackSettings;
    /** Paths of the secrets that were left out: `korczewski:jwtSecret`, `berth:zones.example.com`. */
    readonly secrets: readonly string[];
}

/** Leaves out every secret, wherever in a list or a map it stands, and nothing else. */
export function withoutSecrets(own: StackSettings): PlainSettings {
    const secrets: string[] = [];
    const settings = Object.entries(own).flatMap(([key, value]) => {
        const plain = plainOf(key, value, secrets);
        return plain === undefined ? [] : [[key, plain] as const];
    });
    return { settings: Object.fromEntries(settings), secrets };
}

/** Undefined for a secret, and for what holds nothing else. */
function plainOf(path: string, value: unknown, secrets: string[]): unknown {
    if (typeof value !== "object" || value === null) {
        return value;
    }
    if ("secure" in value) {
        secrets.push(path);
        return undefined;
    }
    const before = secrets.length;
    const parts = Object.entries(value).map(
        ([name, part]) => [name, plainOf(`${path}.${name}`, part, secrets)] as const,
    );
    if (secrets.length === before) {
        return value;
    }
    const kept = parts.filter(([, part]) => part !== undefined);
    if (kept.length === 0) {
        return undefined;
    }
    return Array.isArray(value) ? kept.map(([, part]) => part) : Object.fromEntries(kept);
}

/** The entries of a setting that is a map; none where it is something else. */
export function mapOf(value: unknown): Readonly<Record<string, unknown>> {
    const isMap =
        typeof value === "object" && value !== null && !Array.isArray(value) && !("secure" in value);
    return isMap ? (value as Readonly<Record<string, unknown>>) : {};
}
