import { checkTypes, Type } from "../../../providers/server/inputs";
import { AnyKind, Context, defineKind } from "../../../providers/server/kind";
import { Properties } from "../../../providers/server/properties";
import { CloudflareClient, Wire } from "./client";
import { fromWire, toWire } from "./naming";

/** What the provider's operations use. */
export interface CloudflareServices {
    readonly client: CloudflareClient;
}

/** Where a resource lies: in an account or in a zone. */
const SCOPES = {
    account: { input: "accountId", path: "/accounts" },
    zone: { input: "zoneId", path: "/zones" },
} as const;

/** A resource that the API keeps in a collection, with the usual methods. */
export interface RestResource {
    /** Type token, as in Pulumi's provider. */
    readonly token: string;
    readonly scope: keyof typeof SCOPES;
    /** Path of the collection below its scope: `dns_records`. */
    readonly collection: string;
    /** Inputs but for the scope's. */
    readonly inputs: Readonly<Record<string, Type>>;
    readonly defaults?: Properties;
    readonly outputs: readonly string[];
    /** Inputs, but for the scope's, whose change makes a new resource, each with the reason why. */
    readonly replaceOn?: Readonly<Record<string, string>>;
    readonly secrets?: readonly string[];
    /** Inputs and outputs that the API does not tell again, once it is made. */
    readonly untold?: readonly string[];
    readonly updateMethod: "PUT" | "PATCH";
    /** What the program knows of an answer in other words. @default as it is */
    reword?(answer: Wire): Wire;
}

/** A kind that does with the API what it says; the scope's id is an input, and stands before the id in imports. */
export function restKind(resource: RestResource): AnyKind<CloudflareServices> {
    const { token, outputs, secrets = [], untold = [], defaults = {} } = resource;
    const scope = SCOPES[resource.scope];
    const names = [...Object.keys(resource.inputs), ...outputs];
    const pathOf = (inputs: Properties, id?: string) => {
        const collection = `${scope.path}/${String(inputs[scope.input])}/${resource.collection}`;
        return id === undefined ? collection : `${collection}/${id}`;
    };
    const bodyOf = (inputs: Properties) => toWire(without(inputs, [scope.input]));
    const stateOf = (answer: unknown) => {
        const told = (resource.reword ?? ((same: Wire) => same))(answer as Wire);
        return pick(fromWire(told) as Properties, names);
    };

    async function find(inputs: Properties, id: string, context: Context<CloudflareServices>) {
        const answer = await context.client.sendIfThere("GET", pathOf(inputs, id), context.signal);
        const gone = answer === undefined || Boolean((answer as Wire).deleted_at);
        return gone ? undefined : stateOf(answer);
    }

    return defineKind<Properties, Properties, CloudflareServices>({
        token,
        outputs,
        secretOutputs: secrets,
        replaceOn: { ...resource.replaceOn, [scope.input]: `it lies in its ${resource.scope}` },

        defaults: (inputs) => ({ ...defaults, ...inputs }),

        check: (inputs) => checkTypes(inputs, { [scope.input]: "string", ...resource.inputs }),

        async create(inputs, { client, signal }) {
            const made = (await client.send("POST", pathOf(inputs), signal, bodyOf(inputs))) as Wire;
            return { id: String(made.id), outputs: pick(stateOf(made), outputs) };
        },

        async update(id, inputs, { client, signal }, before) {
            const path = pathOf(inputs, id);
            const answer = await client.send(resource.updateMethod, path, signal, bodyOf(inputs));
            return { ...pick(before, intersection(untold, outputs)), ...pick(stateOf(answer), outputs) };
        },

        async read(id, state, context) {
            const found = await find(state, id, context);
            return found && { ...pick(state, [scope.input, ...untold]), ...found };
        },

        async import(id, context) {
            const inputs = { [scope.input]: scopeIn(id, token) };
            const found = await find(inputs, lastPart(id), context);
            return found && { ...inputs, ...found };
        },

        idOf: lastPart,

        async delete(id, state, { client, signal }) {
            await client.sendIfThere("DELETE", pathOf(state, id), signal);
        },
    });
}

/** An id as an import has it: `<scope>/<id>`, for some resources with the scope's kind before. */
export function scopeIn(id: string, token: string): string {
    const [, scope] = /^(?:accounts\/|zones\/)?([^/]+)\/[^/]+$/.exec(id) ?? [];
    if (scope === undefined) {
        throw new Error(`"${id}" is no id of ${token}: it has the form <account or zone>/<id>`);
    }
    return scope;
}

export function lastPart(id: string): string {
    return id.slice(id.lastIndexOf("/") + 1);
}

/** Properties of some names, but for those that say nothing. */
function pick(properties: Properties, names: readonly string[]): Properties {
    return Object.fromEntries(
        Object.entries(properties).filter(([name, value]) => names.includes(name) && !isEmpty(value)),
    );
}

function isEmpty(value: unknown): boolean {
    return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function without(properties: Properties, names: readonly string[]): Properties {
    return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));
}

function intersection(some: readonly string[], others: readonly string[]): string[] {
    return some.filter((name) => others.includes(name));
}
