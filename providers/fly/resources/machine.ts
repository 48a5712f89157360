import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { ResourceSchema } from "../../schema/fields";
import { Made } from "../../server/kind";
import { hasUnknown } from "../../server/properties";
import { Target } from "../client/machines";
import { WireMachine } from "../client/types";
import { appField, healthyTimeoutField, regionField, secretsVersionField } from "../fields";
import { idOf, partsOf } from "../ids";
import { checkConfig, MachineConfig, Mount } from "../machineConfig";
import { configField, mountsField } from "../machineFields";
import { waitUntilGone, waitUntilHealthy, waitUntilStopped } from "../release/health";
import { Leases } from "../release/leases";
import { answers, LABELS, labelOf, labelsOf, PLATFORM_VERSION } from "../release/plan";
import { makeOnce } from "../once";
import { defineFlyKind, FlyContext } from "../services";
import { fromWire, mountsFromWire, refuseLosses, toWire } from "../wireConfig";

interface Inputs {
    readonly app: string;
    readonly region: string;
    readonly name?: string;
    readonly config: MachineConfig;
    readonly mounts: readonly Mount[];
    readonly secretsVersion?: number;
    readonly healthyTimeoutSeconds: number;
}

interface Outputs {
    readonly machineId: string;
    readonly privateIp: string;
}

export const machineSchema: ResourceSchema = {
    token: "fly:index:Machine",
    description:
        "One machine, for what is not replaced but kept: a database with its volume. A change of its config starts it anew in place, under a lease; a version that does not get healthy is taken back. For an app without data see `MachineGroup`.",
    importId: "my-app/148e21e7f12d89",
    inputs: {
        app: appField,
        region: { ...regionField, replaces: "a machine stays where it was made" },
        name: {
            type: "string",
            description: "Its name, unique in the app. Fly makes one up when it is left out.",
            optional: true,
            replaces: "a machine keeps its name",
        },
        config: configField,
        mounts: { ...mountsField, replaces: "a machine keeps the volumes that it was made with" },
        secretsVersion: secretsVersionField,
        healthyTimeoutSeconds: healthyTimeoutField,
    },
    outputs: {
        machineId: { type: "string", description: "Its id at Fly." },
        privateIp: { type: "string", description: "Its address in the organization's private network." },
    },
};

/** A machine: see its schema. */
export const machine = defineFlyKind<Inputs, Outputs>(machineSchema, {
    // Its volumes go from the old to the new.
    deleteBeforeReplace: true,
    check: ({ config }) => (hasUnknown(config) ? [] : checkConfig("config", config)),

    async create(inputs, context) {
        const { fly, signal } = context;
        const { app, region, name, secretsVersion } = inputs;
        const key = keyOf(inputs, context.urn);
        const found = await findMade(app, key, context);
        if (found !== undefined && !isAsWanted(found, inputs)) {
            return await takeUp(found, inputs, context);
        }
        const made =
            found ??
            (await makeOnce<WireMachine>(
                () => findMade(app, key, context),
                () =>
                    fly.machines.create(
                        app,
                        { config: wireOf(inputs, key), region, name, min_secrets_version: secretsVersion },
                        signal,
                    ),
                { isNew: true },
            ));
        const target = { app, id: made.id };
        try {
            await waitUntilHealthy(awaited(target, made, inputs), context);
        } catch (error) {
            // Nothing of a creation that failed stays; its volume does.
            await remove(target, inputs.config.stop, cleaningUp(context)).catch(() => undefined);
            throw error;
        }
        return { id: idOf(app, made.id), outputs: outputsOf(made) };
    },

    async update(id, inputs, context, before) {
        const { app, part } = partsOf(id, machineSchema.importId);
        const leases = new Leases(context);
        try {
            const target = await leases.take({ app, id: part });
            return outputsOf(await change(target, inputs, before, context));
        } finally {
            await leases.release();
        }
    },

    async read(id, state, context) {
        const found = await find(id, context);
        if (found !== undefined && !answers(found)) {
            // Its host does not answer: what it was is all that is known.
            return state;
        }
        return (
            found && {
                ...state,
                ...stateOf(state.app, found),
                ...(state.name === undefined && { name: undefined }),
            }
        );
    },

    async import(id, context) {
        const found = await find(id, context);
        const { app } = partsOf(id, machineSchema.importId);
        // Its mounts stand beside its config.
        refuseLosses({ ...found?.config, mounts: undefined });
        return found && { ...stateOf(app, found), healthyTimeoutSeconds: 300 };
    },

    async delete(id, { config }, context) {
        const { app, part } = partsOf(id, machineSchema.importId);
        await remove({ app, id: part }, config.stop, context);
    },
});

/** Stops in the machine's own way, so that it writes down what it has. Its volumes are free when it is gone. */
async function remove(target: Target, stop: MachineConfig["stop"], context: FlyContext): Promise<void> {
    const { machines } = context.fly;
    const there = (await machines.look(target.app, context.signal)).find(({ id }) => id === target.id);
    if (there?.state === "started") {
        const { signal, timeoutSeconds } = stop;
        await machines.stop(target, { signal, timeout: `${timeoutSeconds}s` }, context.signal);
        await waitUntilStopped({ ...target, version: there.instance_id, timeoutSeconds }, context);
    }
    await machines.destroy(target, context.signal);
    await waitUntilGone(target, context);
}

async function findMade(
    app: string,
    key: string,
    { fly, signal }: FlyContext,
): Promise<WireMachine | undefined> {
    return (await fly.machines.look(app, signal)).find((each) => labelsOf(each)[LABELS.creation] === key);
}

function isAsWanted({ config = {} }: WireMachine, inputs: Inputs): boolean {
    const secrets = config.metadata?.[LABELS.secrets];
    return isDeepStrictEqual(fromWire(config), inputs.config) && secrets === labelOf(inputs.secretsVersion);
}

/** A creation that was cut short, and that has been given another config since. */
async function takeUp(found: WireMachine, inputs: Inputs, context: FlyContext): Promise<Made<Outputs>> {
    const { app } = inputs;
    const leases = new Leases(context);
    try {
        const target = await leases.take({ app, id: found.id }, { own: true });
        const before = { ...inputs, config: fromWire(found.config ?? {}) };
        const changed = await change(target, inputs, before, context);
        return { id: idOf(app, changed.id), outputs: outputsOf(changed) };
    } finally {
        await leases.release();
    }
}

const CLEAN_UP_MS = 60_000;

/** The way back is gone also when the update was cancelled. */
function cleaningUp(context: FlyContext): FlyContext {
    return { ...context, fly: context.fly, signal: AbortSignal.timeout(CLEAN_UP_MS) };
}

/** Gives a machine its new config; the old one again where the new one does not work. */
async function change(
    target: Target,
    inputs: Inputs,
    before: Inputs,
    context: FlyContext,
): Promise<WireMachine> {
    const key = keyOf(inputs, context.urn);
    const options = { minSecretsVersion: inputs.secretsVersion };
    const changed = await context.fly.machines.update(target, wireOf(inputs, key), options, context.signal);
    try {
        await waitUntilHealthy(awaited(target, changed, inputs), context);
    } catch (error) {
        await restore(target, before, key, cleaningUp(context)).catch(() => undefined);
        throw error;
    }
    return changed;
}

async function restore(target: Target, before: Inputs, key: string, context: FlyContext): Promise<void> {
    const restored = await context.fly.machines.update(target, wireOf(before, key), {}, context.signal);
    await waitUntilHealthy(awaited(target, restored, before), context);
}

function awaited(target: Target, { instance_id: version }: WireMachine, inputs: Inputs) {
    return { ...target, version, timeoutSeconds: inputs.healthyTimeoutSeconds };
}

function wireOf({ config, mounts, secretsVersion }: Inputs, key: string) {
    const secrets = labelOf(secretsVersion);
    return {
        ...toWire(config, {
            [LABELS.creation]: key,
            ...(secrets !== undefined && { [LABELS.secrets]: secrets }),
            [PLATFORM_VERSION]: "v2",
        }),
        mounts,
    };
}

/** Known by it when a creation was cut short: the same for the same resource, another for one in its place. */
function keyOf({ app, region, name, mounts }: Inputs, urn: string): string {
    return createHash("sha256")
        .update(JSON.stringify([urn, app, region, name, mounts]))
        .digest("hex")
        .slice(0, 32);
}

async function find(id: string, { fly, signal }: FlyContext): Promise<WireMachine | undefined> {
    const { app, part } = partsOf(id, machineSchema.importId);
    return (await fly.machines.list(app, signal)).find((each) => each.id === part);
}

function stateOf(app: string, found: WireMachine): Omit<Inputs, "healthyTimeoutSeconds"> & Outputs {
    const wire = found.config ?? found.incomplete_config ?? {};
    const secrets = wire.metadata?.[LABELS.secrets];
    return {
        app,
        region: found.region,
        name: found.name,
        config: fromWire(wire),
        mounts: mountsFromWire(wire),
        ...(secrets !== undefined && { secretsVersion: Number(secrets) }),
        ...outputsOf(found),
    };
}

function outputsOf({ id, private_ip: privateIp = "" }: WireMachine): Outputs {
    return { machineId: id, privateIp };
}
