import { createHmac } from "node:crypto";
import { failure } from "./apiError";
import { Route } from "./routes";
import { appOf, Call, ok } from "./simulation";
import { App, Secret } from "./state";

const SECRETS = "/apps/:app/secrets";

/** Secrets of an app. Values are never given back, not even with `show_secrets`: only machines may read them. */
export const secretRoutes: readonly Route[] = [
    {
        method: "GET",
        path: SECRETS,
        action: "secret_list",
        handle: (call) => ok({ secrets: Object.entries(secretsIn(call)).map(wire) }),
    },
    {
        method: "GET",
        path: `${SECRETS}/:name`,
        action: "secret_get",
        handle: (call) => {
            const name = call.param("name");
            const secret = secretsIn(call)[name];
            if (secret === undefined) {
                throw failure("not_found", `secret ${name} not found`);
            }
            return ok(wire([name, secret]));
        },
    },
    {
        method: "POST",
        path: `${SECRETS}/:name`,
        action: "secret_set",
        handle: (call) => {
            const [app, name] = [appOf(call), call.param("name")];
            change(app, { [name]: call.body.value ?? "" });
            return ok({ ...named(app, name), version: app.secrets.version }, 201);
        },
    },
    {
        method: "POST",
        path: SECRETS,
        action: "secret_update",
        handle: (call) => {
            const app = appOf(call);
            const { values } = call.body;
            if (typeof values !== "object" || values === null) {
                throw failure("invalid_argument", "values is required");
            }
            change(app, values as Record<string, unknown>);
            const changed = Object.entries(values).filter(([, value]) => value !== null);
            return ok({ secrets: changed.map(([name]) => named(app, name)), version: app.secrets.version });
        },
    },
    {
        method: "DELETE",
        path: `${SECRETS}/:name`,
        action: "secret_delete",
        handle: (call) => {
            const [app, name] = [appOf(call), call.param("name")];
            if (current(app)[name] === undefined) {
                throw failure("not_found", `secret ${name} not found`);
            }
            change(app, { [name]: null });
            return ok({ version: app.secrets.version });
        },
    },
];

/** The secrets of now, or of the version that is asked for. */
function secretsIn(call: Call): Record<string, Secret> {
    const { secrets } = appOf(call);
    const version = Number(call.query.get("version") ?? secrets.version);
    if (!(version >= 0 && version <= secrets.version)) {
        throw failure("not_found", `secrets version ${version} not found`);
    }
    return secrets.versions[version] ?? {};
}

function current({ secrets }: App): Record<string, Secret> {
    return secrets.versions[secrets.version] ?? {};
}

/** Makes the next version: strings are set, null is taken away. */
function change(app: App, values: Readonly<Record<string, unknown>>): void {
    const now = new Date().toISOString();
    const next = { ...current(app) };
    for (const [name, value] of Object.entries(values)) {
        if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
            throw failure("invalid_argument", `'${name}' can't be the name of a secret`);
        }
        if (value === null) {
            Reflect.deleteProperty(next, name);
        } else if (typeof value === "string") {
            const digest = createHmac("sha256", app.id).update(value).digest("hex").slice(0, 16);
            next[name] = { value, digest, createdAt: next[name]?.createdAt ?? now, updatedAt: now };
        } else {
            throw failure("invalid_argument", `the value of ${name} must be a string`);
        }
    }
    app.secrets.version += 1;
    app.secrets.versions[app.secrets.version] = next;
}

function named(app: App, name: string): Record<string, string> {
    const secret = current(app)[name];
    return secret === undefined ? { name } : wire([name, secret]);
}

function wire([name, { digest, createdAt, updatedAt }]: [string, Secret]): Record<string, string> {
    return { name, digest, created_at: createdAt, updated_at: updatedAt };
}
