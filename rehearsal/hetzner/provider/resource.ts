import { isDeepStrictEqual } from "node:util";
import { Problem } from "../../../lib/problems";
import { checkTypes, Type } from "../../../providers/server/inputs";
import { AnyKind, Context, defineKind } from "../../../providers/server/kind";
import { Properties } from "../../../providers/server/properties";
import { HetznerClient } from "./client";

/** What the resources work with. */
export interface Services {
    readonly hetzner: HetznerClient;
}

/** A resource as it really is. */
export interface Actual<Inputs, Outputs> {
    /** Inputs that the API tells of. */
    readonly inputs: Partial<Inputs>;
    readonly outputs: Outputs;
}

/** One kind of resource of the cloud, as far as kinds differ. Whether an input is right, the API knows. */
export interface Resource<Inputs, Outputs> {
    readonly token: string;
    readonly inputs: Readonly<Record<keyof Inputs & string, Type>>;
    readonly outputs: readonly (keyof Outputs & string)[];
    readonly replaceOn: readonly (keyof Inputs & string)[];
    /** Inputs that the cloud decides where the program doesn't: what it decided is no difference. */
    readonly computed?: readonly (keyof Inputs & string)[];
    /** Makes it and tells its id. */
    create(inputs: Inputs, hetzner: HetznerClient): Promise<string>;
    readonly update?: (id: string, inputs: Inputs, hetzner: HetznerClient, before: Inputs) => Promise<void>;
    find(id: string, hetzner: HetznerClient): Promise<Actual<Inputs, Outputs> | undefined>;
    delete(id: string, hetzner: HetznerClient, before: Inputs): Promise<void>;
}

/** A resource as the server of the protocol wants it. */
export function resource<Inputs extends object, Outputs extends object>(
    what: Resource<Inputs, Outputs>,
): AnyKind<Services> {
    const { update } = what;
    const outputsOf = async (id: string, { hetzner }: Context<Services>) => {
        const actual = await what.find(id, hetzner);
        if (actual === undefined) {
            throw new Error(`${what.token} ${id} is gone`);
        }
        return actual.outputs;
    };
    return defineKind<Inputs, Outputs, Services>({
        token: what.token,
        outputs: what.outputs,
        replaceOn: Object.fromEntries(
            what.replaceOn.map((name) => [name, "the API can't change it"]),
        ) as Partial<Record<keyof Inputs & string, string>>,
        check: (inputs) => [
            ...checkTypes(inputs, what.inputs),
            ...checkKnown(inputs, Object.keys(what.inputs)),
        ],
        create: async (inputs, context) => {
            const id = await what.create(inputs, context.hetzner);
            return { id, outputs: await outputsOf(id, context) };
        },
        update:
            update &&
            (async (id, inputs, context, before) => {
                await update(id, inputs, context.hetzner, before);
                return await outputsOf(id, context);
            }),
        read: async (id, recorded, { hetzner }) => {
            const actual = await what.find(id, hetzner);
            return actual && { ...stateOf(what, recorded, actual.inputs), ...actual.outputs };
        },
        import: async (id, { hetzner }) => {
            const actual = await what.find(id, hetzner);
            // All that is known is an input then: the API tells nothing that it doesn't take.
            return actual && { ...(telling(actual.inputs) as Inputs), ...actual.outputs };
        },
        delete: async (id, state, { hetzner }) => {
            await what.delete(id, hetzner, state);
        },
    });
}

function checkKnown(inputs: Properties, names: readonly string[]): Problem[] {
    return Object.keys(inputs)
        .filter((name) => !names.includes(name) && !name.startsWith("__"))
        .map((path) => ({ path, message: "the simulation doesn't have it" }));
}

/** What was recorded, as it is now; and what has come that nobody asked for. */
function stateOf<Inputs extends object, Outputs extends object>(
    { computed = [] }: Resource<Inputs, Outputs>,
    recorded: Inputs & Outputs,
    actual: Partial<Inputs>,
): Inputs {
    const decided: readonly string[] = computed;
    const extra = Object.entries(telling(actual)).filter(([name]) => !decided.includes(name));
    const now = actual as Properties;
    const asRecorded = Object.entries(recorded as Properties).map(
        ([name, value]) => [name, name in now ? alike(value, now[name]) : value] as const,
    );
    return { ...Object.fromEntries(extra), ...Object.fromEntries(asRecorded) } as Inputs;
}

/** Leaves out what is as if it was not said. */
function telling(values: object): Properties {
    const plain: unknown[] = [undefined, null, false, "", 0];
    return Object.fromEntries(
        Object.entries(values).filter(
            ([, value]) =>
                !plain.includes(value) && !isDeepStrictEqual(value, {}) && !isDeepStrictEqual(value, []),
        ),
    );
}

/** Of objects in a list only the fields that were recorded, and those that say something: others the cloud filled in. */
function alike(recorded: unknown, actual: unknown): unknown {
    if (!Array.isArray(recorded) || !Array.isArray(actual)) {
        return actual;
    }
    const before: readonly unknown[] = recorded;
    return actual.map((item: unknown, index) => {
        const old = before[index];
        return isFields(old) && isFields(item)
            ? Object.fromEntries(
                  Object.entries(item).filter(([name]) => name in old || name in telling(item)),
              )
            : item;
    });
}

function isFields(value: unknown): value is Properties {
    return typeof value === "object" && value !== null;
}
