import { checkAppName } from "../../../lib/fly";
import { ResourceSchema } from "../../schema/fields";
import { nameOf } from "../../server/properties";
import { FlyError } from "../client/errors";
import { pause } from "../client/pause";
import { WireApp } from "../client/types";
import { makeOnce } from "../once";
import { defineFlyKind, FlyContext } from "../services";

interface Inputs {
    readonly name: string;
    readonly organization: string;
    readonly network?: string;
}

interface Outputs {
    readonly hostname: string;
}

export const appSchema: ResourceSchema = {
    token: "fly:index:App",
    description:
        "An app: a name, under which machines, volumes, secrets, addresses and certificates stand. Deleting it is refused while it has a volume: data goes by its own name only.",
    importId: "my-app",
    inputs: {
        name: {
            type: "string",
            description: "Its name, unique across all of Fly. The resource's name when it is left out.",
            optional: true,
            replaces: "an app keeps its name",
        },
        organization: {
            type: "string",
            description: "Slug of the organization that it belongs to.",
            default: "personal",
            replaces: "the API moves no app to another organization",
        },
        network: {
            type: "string",
            description:
                "Name of a private network of its own, which apps of other networks don't reach. The organization's when it is left out.",
            optional: true,
            replaces: "an app stays in the network that it was made in",
        },
    },
    outputs: {
        hostname: { type: "string", description: "Where Fly's proxy answers for it: `my-app.fly.dev`." },
    },
};

/** An app: see its schema. */
export const app = defineFlyKind<Inputs, Outputs>(appSchema, {
    deleteBeforeReplace: true,
    defaults: (_inputs, urn) => ({ name: nameOf(urn) }),
    check: ({ name }) => checkAppName("name", name),

    async create(inputs, context) {
        const { name, organization: org_slug, network } = inputs;
        await makeOnce(
            () => findIdle(inputs, context),
            async () => {
                try {
                    await context.fly.createApp({ app_name: name, org_slug, network }, context.signal);
                } catch (error) {
                    throw isTaken(error) ? taken(name, error) : error;
                }
                return { id: name, name };
            },
        );
        await waitUntilKnown(name, context);
        return { id: name, outputs: outputsOf(name) };
    },

    async read(id, state, context) {
        const found = await context.fly.getApp(id, context.signal);
        return (
            found && {
                ...state,
                ...stateOf(found, state.network),
                ...(isIn(found, state.organization) && { organization: state.organization }),
            }
        );
    },

    async import(id, context) {
        const found = await context.fly.getApp(id, context.signal);
        return found && stateOf(found, found.network === "default" ? undefined : found.network);
    },

    async delete(id, _state, { fly, signal }) {
        const volumes = await fly.listVolumes(id, signal);
        if (volumes.length > 0) {
            const names = volumes.map((volume) => `${volume.id} (${volume.name})`).join(", ");
            throw new Error(
                `the app "${id}" is not deleted: it has volumes that are not this stack's, or that it keeps: ${names}\n` +
                    `With it they and their snapshots would be gone. Delete them by name first: fly volumes destroy ${volumes[0]?.id ?? ""} -a ${id}`,
            );
        }
        const machines = await fly.machines.look(id, signal);
        if (machines.length > 0) {
            const names = machines.map((machine) => machine.id).join(", ");
            throw new Error(
                `the app "${id}" is not deleted: it has machines that are not this stack's: ${names}\n` +
                    `Destroy them by name first: fly machine destroy --force ${machines[0]?.id ?? ""} -a ${id}`,
            );
        }
        await fly.deleteApp(id, signal);
    },
});

/**
 * What a run that was cut short left behind, or a stack that was taken down and keeps its data: an app of that name without a
 * machine. Taking it over harms nobody; it is not deleted as long as it has a volume.
 */
async function findIdle(inputs: Inputs, { fly, signal }: FlyContext): Promise<WireApp | undefined> {
    const found = await fly.getApp(inputs.name, signal).catch((error: unknown) => {
        // Another organization's: the attempt to make it tells so in the API's own words.
        if (error instanceof FlyError && error.status === 403) {
            return undefined;
        }
        throw error;
    });
    if (found === undefined) {
        return undefined;
    }
    const { organization } = found;
    const machines = (await fly.machines.look(inputs.name, signal)).length;
    if (isIn(found, inputs.organization) && machines === 0) {
        return found;
    }
    throw new Error(
        `the app "${inputs.name}" is there already, in the organization "${organization?.slug ?? ""}" and has machines: ${machines}\n` +
            `Take it over with \`pulumi import fly:index:App NAME ${inputs.name}\`, or give this one another name.`,
    );
}

/** `personal` is what everybody calls the organization of their own; the API may have another slug for it. */
function isIn({ organization }: WireApp, slug: string): boolean {
    return slug === "personal" || organization?.slug === slug;
}

/** Looks at a new app until Fly knows it everywhere: what is made in it before would not find it. */
async function waitUntilKnown(name: string, { fly, signal }: FlyContext): Promise<void> {
    for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
        const found = await fly.getApp(name, signal).catch((error: unknown) => {
            // Also how the API answers for an app that it does not know yet.
            if (error instanceof FlyError && error.status === 401) {
                return undefined;
            }
            throw error;
        });
        if (found !== undefined) {
            return;
        }
        await pause(PAUSE_MS, signal);
    }
    throw new Error(`the app "${name}" was made, and Fly does not know it yet: run again`);
}

const MOST_LOOKS = 30;
const PAUSE_MS = 1000;

function isTaken(error: unknown): boolean {
    return (
        error instanceof FlyError &&
        (error.code === "name_taken" || /already been taken/i.test(error.reason)) &&
        error.status === 422
    );
}

function taken(name: string, cause: unknown): Error {
    return new Error(
        `the name "${name}" is taken by another organization: names of apps are unique across all of Fly. Choose another one.`,
        { cause },
    );
}

function stateOf(found: WireApp, network: string | undefined): Inputs & Outputs {
    return {
        name: found.name,
        organization: found.organization?.slug ?? "",
        ...(network !== undefined && { network: found.network ?? network }),
        ...outputsOf(found.name),
    };
}

function outputsOf(name: string): Outputs {
    return { hostname: `${name}.fly.dev` };
}
