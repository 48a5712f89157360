import { REGIONS } from "../../../lib/fly";
import { checkNumber } from "../../../lib/numbers";
import { Problem } from "../../../lib/problems";
import { withDefaults } from "../../schema/defaults";
import { Field, ResourceSchema } from "../../schema/fields";
import { hasUnknown } from "../../server/properties";
import { WireMachine } from "../client/types";
import { appField, healthyTimeoutField, secretsVersionField } from "../fields";
import { idOf, partsOf } from "../ids";
import { checkConfig, MachineConfig } from "../machineConfig";
import { configField } from "../machineFields";
import { answers, isRight, LABELS } from "../release/plan";
import { groupMachines } from "../release/machines";
import { release } from "../release/release";
import { Rollout } from "../release/rollout";
import { defineFlyKind } from "../services";
import { fromWire, refuseLosses } from "../wireConfig";

interface Inputs {
    readonly app: string;
    readonly group: string;
    readonly config: MachineConfig;
    readonly regions: Readonly<Record<string, number>>;
    readonly secretsVersion?: number;
    readonly strategy: string;
    readonly batchSize?: number;
    readonly releaseCommand?: readonly string[];
    readonly releaseCommandTimeoutSeconds: number;
    readonly healthyTimeoutSeconds: number;
    readonly settleSeconds: number;
    readonly drainSeconds: number;
}

interface Outputs {
    readonly machineIds: readonly string[];
    readonly previousImage: string;
}

const rollout: Record<string, Field> = {
    strategy: {
        type: "string",
        description:
            "`bluegreen`: all new machines start, and when each is healthy they take over together. `rolling`: a batch at a time.",
        oneOf: ["bluegreen", "rolling"],
        default: "bluegreen",
    },
    batchSize: {
        type: "integer",
        description:
            "Machines of one batch with `rolling`. A third of all when it is left out, as flyctl has it.",
        optional: true,
        min: 1,
    },
    releaseCommand: {
        type: { list: "string" },
        description:
            "Command that runs to its end on a machine of its own, with the new image, before anything is replaced. When it fails nothing is.",
        optional: true,
    },
    releaseCommandTimeoutSeconds: {
        type: "integer",
        description: "How long that command may take, in seconds. The default is flyctl's.",
        default: 300,
        min: 1,
    },
    healthyTimeoutSeconds: healthyTimeoutField,
    settleSeconds: {
        type: "integer",
        description:
            "How long new and old machines serve side by side, in seconds, until Fly's proxies everywhere know the new ones. The default is flyctl's.",
        default: 10,
        min: 0,
    },
    drainSeconds: {
        type: "integer",
        description:
            "How long an old machine has for what it is busy with, in seconds, after it gets no more requests and before it is told to stop. The default is flyctl's.",
        default: 10,
        min: 0,
    },
};

export const machineGroupSchema: ResourceSchema = {
    token: "fly:index:MachineGroup",
    description:
        "Machines of one kind, so many in each region: what flyctl calls a process group. A change of what they run is a release: new machines start without requests and have to get healthy, then they take over; the old ones finish what they are busy with and stop. When anything fails before that, the old ones go on serving and the new ones are gone.",
    importId: "my-app/app",
    inputs: {
        app: appField,
        group: {
            type: "string",
            description: "Name of the group, unique in the app.",
            default: "app",
            replaces: "machines keep their group",
        },
        config: configField,
        regions: {
            type: { map: "integer" },
            description: "How many machines run in each region: `{ iad: 2 }`.",
        },
        secretsVersion: secretsVersionField,
        ...rollout,
    },
    outputs: {
        machineIds: { type: { list: "string" }, description: "Ids of the machines that serve." },
        previousImage: {
            type: "string",
            description: "The image that served before the last one; empty before the second.",
        },
    },
};

/** Machines of one kind: see its schema. */
export const machineGroup = defineFlyKind<Inputs, Outputs>(machineGroupSchema, {
    deleteBeforeReplace: true,
    check: (inputs) => [
        ...checkRegions(inputs.regions),
        ...(hasUnknown(inputs.config) ? [] : checkConfig("config", inputs.config)),
    ],

    async create(inputs, context) {
        const machineIds = await release(inputs, rolloutOf(inputs), [], context);
        return { id: idOf(inputs.app, inputs.group), outputs: { machineIds, previousImage: "" } };
    },

    async update(_id, inputs, context, before) {
        const machineIds = await release(inputs, rolloutOf(inputs), before.machineIds, context);
        const same = inputs.config.image === before.config.image;
        return { machineIds, previousImage: same ? before.previousImage : before.config.image };
    },

    async read(_id, state, context) {
        const { serving: all } = await groupMachines(state, context);
        const serving = all.filter(serves);
        // One that was cordoned by hand stays known: the next release replaces it in its turn.
        const machineIds = all.map(({ id }) => id).filter((id) => state.machineIds.includes(id));
        const ids = [...new Set([...machineIds, ...serving.map(({ id }) => id)])];
        return serving.length === 0 ? undefined : { ...state, ...stateOf(serving, state), machineIds: ids };
    },

    async import(id, context) {
        const { app, part: group } = partsOf(id, machineGroupSchema.importId);
        const serving = (await groupMachines({ app, group }, context)).serving.filter(serves);
        const [first] = serving;
        refuseLosses(first?.config ?? {});
        return (
            first && {
                app,
                group,
                ...IMPORTED,
                ...stateOf(serving, undefined),
                config: configOf(first),
                previousImage: "",
            }
        );
    },

    async delete(id, _state, context) {
        const { app, part: group } = partsOf(id, machineGroupSchema.importId);
        const { serving, commands } = await groupMachines({ app, group }, context);
        await Promise.all(
            [...serving, ...commands].map((each) =>
                context.fly.machines.destroy({ app, id: each.id }, context.signal),
            ),
        );
    },
});

/** How machines are replaced is not written on them. */
const IMPORTED = withDefaults(rollout, {}) as Pick<
    Inputs,
    "strategy" | "releaseCommandTimeoutSeconds" | "healthyTimeoutSeconds" | "settleSeconds" | "drainSeconds"
>;

function checkRegions(regions: Inputs["regions"]): Problem[] {
    if (hasUnknown(regions)) {
        return [];
    }
    const problems = Object.entries(regions).flatMap(([region, count]): Problem[] => [
        ...(region in REGIONS
            ? []
            : [
                  {
                      path: `regions.${region}`,
                      message: `is unknown: one of ${Object.keys(REGIONS).join(", ")}`,
                  },
              ]),
        ...checkNumber(`regions.${region}`, count, { min: 1 }),
    ]);
    return Object.keys(regions).length > 0
        ? problems
        : [{ path: "regions", message: "is empty: machines run in at least one region" }];
}

function rolloutOf(inputs: Inputs): Rollout {
    const { strategy, batchSize, releaseCommand, releaseCommandTimeoutSeconds: timeoutSeconds } = inputs;
    const all = Object.values(inputs.regions).reduce((sum, count) => sum + count, 0);
    return {
        ...inputs,
        batchSize: strategy === "rolling" ? (batchSize ?? Math.ceil(all / 3)) : all,
        command: releaseCommand && { command: releaseCommand, timeoutSeconds },
    };
}

function serves({ cordoned, state }: WireMachine): boolean {
    return cordoned !== true && state !== "failed";
}

/** What serves: how many where, and the first config that differs from what was recorded. */
function stateOf(serving: readonly WireMachine[], recorded: Inputs | undefined) {
    const wrong = recorded && serving.find((each) => answers(each) && !isRight(each, recorded));
    const secrets = (wrong ?? serving[0])?.config?.metadata?.[LABELS.secrets];
    const regions: Record<string, number> = {};
    for (const { region } of serving) {
        regions[region] = (regions[region] ?? 0) + 1;
    }
    return {
        regions,
        ...(wrong && { config: configOf(wrong) }),
        ...(secrets !== undefined && { secretsVersion: Number(secrets) }),
        machineIds: serving.map(({ id }) => id),
    };
}

function configOf({ config, incomplete_config: incomplete }: WireMachine): MachineConfig {
    return fromWire(config ?? incomplete ?? {});
}
