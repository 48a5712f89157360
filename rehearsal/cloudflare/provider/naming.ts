/** Lists that Pulumi has in the plural, and the API in the singular. */
const SINGULAR: Readonly<Record<string, string>> = {
    ingresses: "ingress",
    includes: "include",
    excludes: "exclude",
    requires: "require",
    audTags: "aud_tag",
};
const PLURAL = Object.fromEntries(Object.entries(SINGULAR).map(([plural, singular]) => [singular, plural]));

/** Properties as the API names them: `service_token` for `serviceToken`. */
export function toWire(value: unknown): unknown {
    return renamed(
        value,
        (name) => SINGULAR[name] ?? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    );
}

/** Properties as Pulumi names them. */
export function fromWire(value: unknown): unknown {
    return renamed(
        value,
        (name) =>
            PLURAL[name] ?? name.replace(/[_-]([a-z])/g, (_match, letter: string) => letter.toUpperCase()),
    );
}

function renamed(value: unknown, rename: (name: string) => string): unknown {
    if (Array.isArray(value)) {
        return value.map((item) => renamed(item, rename));
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    return Object.fromEntries(
        Object.entries(value).map(([name, field]) => [rename(name), renamed(field, rename)]),
    );
}
