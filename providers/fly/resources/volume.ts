import { createHash } from "node:crypto";
import { ResourceSchema } from "../../schema/fields";
import { hasUnknown, nameOf, UNKNOWN } from "../../server/properties";
import { WireVolume } from "../client/types";
import { pause } from "../client/pause";
import { appField, regionField } from "../fields";
import { idOf, partsOf } from "../ids";
import { makeOnce } from "../once";
import { defineFlyKind, FlyContext } from "../services";

interface Inputs {
    readonly app: string;
    readonly name: string;
    readonly region: string;
    readonly sizeGb: number;
    readonly encrypted: boolean;
    readonly snapshotRetentionDays: number;
    readonly autoBackup: boolean;
    readonly snapshotId?: string;
}

interface Outputs {
    readonly volumeId: string;
}

export const volumeSchema: ResourceSchema = {
    token: "fly:index:Volume",
    description:
        "A disk in one region, for one machine at a time. Fly takes a snapshot of it each day. It grows in place and never shrinks.",
    importId: "my-app/vol_xxxxxxxxxxxx",
    inputs: {
        app: appField,
        name: {
            type: "string",
            description:
                "Its name: at most 30 lower-case letters, digits and underscores. One that is made of the resource's name when it is left out.",
            optional: true,
            pattern: {
                form: /^[a-z0-9_]{1,30}$/,
                description: "at most 30 lower-case letters, digits and underscores",
            },
            replaces: "a volume keeps its name",
        },
        region: { ...regionField, replaces: "a volume stays where it is" },
        sizeGb: {
            type: "integer",
            description: "Size in GB. A greater one extends the volume in place; a smaller one is refused.",
            default: 3,
            min: 1,
            max: 500,
        },
        encrypted: {
            type: "boolean",
            description: "Whether Fly encrypts it at rest.",
            default: true,
            replaces: "encryption begins with the volume",
        },
        snapshotRetentionDays: {
            type: "integer",
            description: "Days for which its snapshots are kept.",
            default: 5,
            min: 1,
            max: 60,
        },
        autoBackup: { type: "boolean", description: "Whether Fly takes a snapshot each day.", default: true },
        snapshotId: {
            type: "string",
            description: "Snapshot that it is filled from: `vs_…`. Empty when it is left out.",
            optional: true,
            replaces: "a volume is filled when it is made",
        },
    },
    outputs: { volumeId: { type: "string", description: "Its id, for a machine's mounts: `vol_…`." } },
};

/** A volume: see its schema. */
export const volume = defineFlyKind<Inputs, Outputs>(volumeSchema, {
    defaults: (inputs, urn) => ({
        name: hasUnknown(inputs) ? UNKNOWN : derivedName(inputs as unknown as Inputs, urn),
    }),

    check(inputs, before) {
        // One that is made in its place starts with a size of its own.
        const stays = before !== undefined && KEPT.every((name) => inputs[name] === before[name]);
        return stays && inputs.sizeGb < before.sizeGb
            ? [
                  {
                      path: "sizeGb",
                      message: `is ${inputs.sizeGb}: a volume of ${before.sizeGb} GB does not shrink`,
                  },
              ]
            : [];
    },

    async create(inputs, context) {
        const { app, name, region, encrypted, sizeGb, snapshotId } = inputs;
        const made = await makeOnce(
            () => findLeft(inputs, context),
            () =>
                context.fly.createVolume(
                    app,
                    { name, region, encrypted, size_gb: sizeGb, ...backup(inputs), snapshot_id: snapshotId },
                    context.signal,
                ),
        );
        if (snapshotId !== undefined) {
            await waitUntilFilled(app, made, context);
        }
        return { id: idOf(app, made.id), outputs: { volumeId: made.id } };
    },

    async update(_id, inputs, { fly, signal }, { volumeId, sizeGb }) {
        const { app } = inputs;
        if (inputs.sizeGb > sizeGb) {
            await fly.extendVolume(app, volumeId, inputs.sizeGb, signal);
        }
        await fly.updateVolume(app, volumeId, backup(inputs), signal);
        return { volumeId };
    },

    async read(_id, state, context) {
        const found =
            (await find(state.app, ({ id }) => id === state.volumeId, context)) ??
            // Fly moved it to another host: there it is a fork with an id of its own.
            (await find(state.app, isNamesake(state), context));
        return found && { ...state, ...stateOf(state.app, found) };
    },

    async import(id, context) {
        const { app, part } = partsOf(id, volumeSchema.importId);
        const found = await find(app, (each) => each.id === part, context);
        return found && stateOf(app, found);
    },

    async delete(_id, { app, volumeId }, { fly, signal }) {
        await fly.deleteVolume(app, volumeId, signal);
    },
});

/** Between two looks at a volume that is being filled. */
const PAUSE_MS = 1000;

/** A volume that is filled from a snapshot goes on no machine before all of it is there. Source: Fly's list of states. */
async function waitUntilFilled(
    app: string,
    made: WireVolume,
    { fly, signal, status }: FlyContext,
): Promise<void> {
    status("waiting until it is filled from the snapshot");
    for (let { state } = made; state !== "created";) {
        if (state !== "creating" && state !== "restoring") {
            throw new Error(
                `the volume ${made.id} of "${app}" is ${state} instead of filled from its snapshot`,
            );
        }
        await pause(PAUSE_MS, signal);
        state = (await fly.getVolume(app, made.id, signal))?.state ?? "gone";
    }
}

/** Inputs that a volume keeps as long as it is there. */
const KEPT = Object.keys(volumeSchema.inputs).filter(
    (name) => volumeSchema.inputs[name]?.replaces !== undefined,
) as (keyof Inputs)[];

function backup({ snapshotRetentionDays, autoBackup }: Inputs) {
    return { snapshot_retention: snapshotRetentionDays, auto_backup_enabled: autoBackup };
}

/** The one volume of an app that fits; none where there are several. */
async function find(
    app: string,
    fits: (volume: WireVolume) => boolean,
    { fly, signal }: FlyContext,
): Promise<WireVolume | undefined> {
    const [found, ...others] = (await fly.listVolumes(app, signal)).filter(fits);
    return others.length === 0 ? found : undefined;
}

function isNamesake({ name, region }: Pick<Inputs, "name" | "region">): (volume: WireVolume) => boolean {
    return (volume) => volume.name === name && volume.region === region;
}

/**
 * What is there already by the name that only this resource would give it: a run was cut short, or the stack's state was lost.
 * Also where a machine uses it: a second, empty one in its place would look like lost data. One that has a name of the user's
 * choice may be anybody's.
 */
async function findLeft(inputs: Inputs, { fly, signal, urn }: FlyContext): Promise<WireVolume | undefined> {
    const { app, name, region } = inputs;
    const namesakes = (await fly.listVolumes(app, signal)).filter(isNamesake(inputs));
    if (name === derivedName(inputs, urn)) {
        const [left, ...others] = namesakes;
        if (left !== undefined && others.length > 0) {
            const ids = namesakes.map(({ id }) => id).join(", ");
            throw new Error(
                `the app "${app}" has several volumes "${name}" in ${region}: ${ids}\n` +
                    "Which of them has the data can't be told: destroy those that nobody needs.",
            );
        }
        return left;
    }
    const idle = namesakes.find(({ attached_machine_id: machine }) => !machine);
    if (idle !== undefined) {
        throw new Error(
            `the app "${app}" has a volume "${name}" in ${region} that no machine uses: ${idle.id}\n` +
                `Take it over with \`pulumi import fly:index:Volume NAME ${idOf(app, idle.id)}\`, or destroy it if it is empty.`,
        );
    }
    return undefined;
}

/** The same for the same resource, another for one that is made in its place. */
function derivedName({ app, region, encrypted, snapshotId }: Inputs, urn: string): string {
    const hash = createHash("sha256")
        .update(JSON.stringify([urn, app, region, encrypted, snapshotId]))
        .digest("hex");
    const readable = nameOf(urn)
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "_");
    return `${readable.slice(0, 21)}_${hash.slice(0, 8)}`;
}

function stateOf(app: string, found: WireVolume): Inputs & Outputs {
    return {
        app,
        name: found.name,
        region: found.region,
        sizeGb: found.size_gb,
        encrypted: found.encrypted ?? true,
        snapshotRetentionDays: found.snapshot_retention ?? 5,
        autoBackup: found.auto_backup_enabled ?? true,
        volumeId: found.id,
    };
}
