import { ResourceSchema } from "../../schema/fields";
import { WireSecret } from "../client/types";
import { appField } from "../fields";
import { defineFlyKind, FlyContext } from "../services";

interface Inputs {
    readonly app: string;
    readonly values: Readonly<Record<string, string>>;
}

interface Outputs {
    readonly secretsVersion: number;
    readonly digests: Readonly<Record<string, string>>;
}

export const secretsSchema: ResourceSchema = {
    token: "fly:index:Secrets",
    description:
        "Secrets of an app, which its machines have as environment variables from their next start on. Other secrets of the app are left alone. Fly never gives a value back: a change by hand shows by its digest.",
    importId: "my-app",
    inputs: {
        app: appField,
        values: {
            type: { map: "string" },
            description: "Values by name. A name that is taken out is unset.",
            secret: true,
        },
    },
    outputs: {
        secretsVersion: { type: "integer", description: "Version of the app's secrets, for its machines." },
        digests: { type: { map: "string" }, description: "Fly's digest of each value." },
    },
};

/** Secrets of an app: see its schema. */
export const secrets = defineFlyKind<Inputs, Outputs>(secretsSchema, {
    deleteBeforeReplace: true,
    check: ({ values }) =>
        Object.keys(values)
            .filter((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
            .map((name) => ({ path: `values.${name}`, message: "is no name of an environment variable" })),

    async create(inputs, context) {
        return { id: inputs.app, outputs: await set(inputs, inputs.values, context) };
    },

    async update(_id, inputs, context, before) {
        const unset = Object.keys(before.values).filter((name) => !(name in inputs.values));
        const nulls = Object.fromEntries(unset.map((name) => [name, null]));
        return await set(inputs, { ...inputs.values, ...nulls }, context);
    },

    async read(_id, state, { fly, signal }) {
        const found = digestsOf(await fly.listSecrets(state.app, signal));
        const values = Object.entries(state.values)
            .filter(([name]) => found[name] !== undefined)
            .map(([name, value]) => [name, found[name] === state.digests[name] ? value : CHANGED] as const);
        return values.length === 0 && Object.keys(state.values).length > 0
            ? undefined
            : {
                  ...state,
                  values: Object.fromEntries(values),
                  digests: pick(found, Object.keys(state.values)),
              };
    },

    async import(id, { fly, signal }) {
        const found = digestsOf(await fly.listSecrets(id, signal));
        const names = Object.keys(found);
        if (names.length === 0) {
            return undefined;
        }
        const values = Object.fromEntries(names.map((name) => [name, CHANGED]));
        return { app: id, values, secretsVersion: 0, digests: found };
    },

    async delete(_id, { app, values }, { fly, signal }) {
        if ((await fly.getApp(app, signal)) === undefined) {
            return;
        }
        await fly.setSecrets(
            app,
            Object.fromEntries(Object.keys(values).map((name) => [name, null])),
            signal,
        );
    },
});

/** Stands for a value that nobody knows: it differs from every value that a program gives. */
const CHANGED = "(set outside of this program)";

async function set(
    { app, values }: Inputs,
    changes: Readonly<Record<string, string | null>>,
    { fly, signal }: FlyContext,
): Promise<Outputs> {
    const { version, secrets: told } = await fly.setSecrets(app, changes, signal);
    // A list that is asked for right afterwards may be older.
    const found = digestsOf(told ?? (await fly.listSecrets(app, signal)));
    return { secretsVersion: version, digests: pick(found, Object.keys(values)) };
}

function digestsOf(list: readonly WireSecret[]): Record<string, string> {
    return Object.fromEntries(list.map(({ name, digest = "" }) => [name, digest]));
}

function pick(digests: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
    return Object.fromEntries(
        names.flatMap((name) => (name in digests ? [[name, digests[name] ?? ""]] : [])),
    );
}
