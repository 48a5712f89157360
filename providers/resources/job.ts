import { isDeepStrictEqual } from "node:util";
import { checkNumber } from "../../lib/numbers";
import { Problem } from "../../lib/problems";
import { IrreversibleChange, withDeclared } from "../engine/irreversible";
import { clearEnding, declaredSoFar, removeJob, runJob } from "../engine/job";
import { Job, JobVolume } from "../engine/jobContainer";
import { dropNotes } from "../engine/notes";
import { defineEngineKind, EngineContext } from "../engine/services";
import { HalfMade } from "../server/halfMade";
import { checkTypes } from "../server/inputs";
import { hasUnknown, Properties } from "../server/properties";

interface Outputs {
    readonly irreversible: readonly IrreversibleChange[];
}

/** Docker's own rule. */
const CONTAINER_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

/** Docker refuses to start a container with less. */
const MIN_MEMORY_MB = 6;

/** What makes another run of a job. */
const RUN = ["image", "command", "env", "volumes"] as const satisfies readonly (keyof Job)[];

/** A container that runs to its end: see the class of the same name in the SDK. */
export const job = defineEngineKind<Job, Outputs>({
    token: "berth:index:Job",
    outputs: ["irreversible"],
    replaceOn: { name: "the container has the job's name" },
    // So that a replacement runs it: the old container would count as a run that has succeeded.
    deleteBeforeReplace: true,

    check(inputs) {
        const problems = checkTypes(inputs, {
            name: "string",
            image: "string",
            imageName: "string?",
            command: "list",
            env: "object?",
            user: "string?",
            refuseRoot: "boolean?",
            networks: "list",
            volumes: "list?",
            readOnlyRoot: "boolean?",
            limits: "object?",
            labels: "object?",
            timeoutSeconds: "number",
        });
        return problems.length > 0 ? problems : checkValues(inputs);
    },

    async create(inputs, context) {
        const { name, labels } = inputs;
        // Of a run that has failed nothing but what it declared is known: the next update runs it as for the first time.
        return { id: name, outputs: await run(inputs, [], context, { name, labels }) };
    },

    async update(_id, inputs, context, before) {
        const irreversible = declaredIn(before);
        if (RUN.every((name) => isDeepStrictEqual(inputs[name], before[name]))) {
            return { irreversible };
        }
        await dropNotes(context.docker, inputs.name, irreversible);
        return await run(inputs, irreversible, context, before);
    },

    /** A run that has succeeded has, whether its container is still there or not. A killed one may have declared more. */
    async read(id, state, context) {
        const declared = await declaredSoFar(id, context);
        // Where the release is given up this job is as it was, and no other run of it would come to remove that.
        await clearEnding({ name: id, labels: state.labels }, context);
        return { ...state, irreversible: withDeclared(declaredIn(state), declared) };
    },

    async delete(id, state, context) {
        await removeJob({ name: id, labels: state.labels }, declaredIn(state), context);
    },
});

/** What a state has of it: nothing, where it was written before this was kept. */
function declaredIn({ irreversible }: Partial<Outputs>): readonly IrreversibleChange[] {
    return irreversible ?? [];
}

/** A run that has failed leaves the state as it was before, but for what was declared: no image of before may miss that. */
async function run(
    inputs: Job,
    known: readonly IrreversibleChange[],
    context: EngineContext,
    before: Partial<Job>,
): Promise<Outputs> {
    const { declared, failure } = await runJob(inputs, context);
    const irreversible = withDeclared(known, declared);
    if (failure === undefined) {
        return { irreversible };
    }
    throw irreversible.length > known.length
        ? new HalfMade(failure, inputs.name, { ...before, irreversible })
        : failure;
}

function checkValues(inputs: Properties): Problem[] {
    const { name, command, env, networks, volumes = [], limits, timeoutSeconds } = inputs as unknown as Job;
    const problems: Problem[] = [];
    if (!CONTAINER_NAME.test(name)) {
        problems.push({
            path: "name",
            message: `"${name}" is no container's name: letters, digits, '_', '.' and '-', starting with a letter or a digit`,
        });
    }
    if (command.length === 0) {
        problems.push({ path: "command", message: "is empty: there is nothing to run" });
    }
    if (networks.length === 0) {
        problems.push({ path: "networks", message: "is empty: a job is on one network at least" });
    }
    return [
        ...problems,
        ...command.flatMap((each, index) => checkText(`command[${index}]`, each)),
        ...networks.flatMap((each, index) => checkText(`networks[${index}]`, each)),
        ...Object.entries(env ?? {}).flatMap(([key, value]) => checkText(`env.${key}`, value)),
        ...volumes.flatMap((volume, index) => checkVolume(`volumes[${index}]`, volume)),
        ...checkNumber("limits.cpus", limits?.cpus, { min: 0.01, fraction: true }),
        ...checkNumber("limits.memoryMb", limits?.memoryMb, { min: MIN_MEMORY_MB }),
        ...checkNumber("timeoutSeconds", timeoutSeconds, { min: 1, max: 86_400 }),
    ];
}

function checkText(path: string, value: unknown): Problem[] {
    return typeof value === "string" ? [] : [{ path, message: `is ${typeof value}, not string` }];
}

function checkVolume(path: string, { volumeName, hostPath, containerPath }: Partial<JobVolume>): Problem[] {
    const problems: Problem[] = [];
    if ((volumeName === undefined) === (hostPath === undefined)) {
        problems.push({ path, message: "only one of volumeName and hostPath, and one of them" });
    }
    for (const [name, value] of Object.entries({ hostPath, containerPath })) {
        if (value !== undefined && !hasUnknown(value) && !value.startsWith("/")) {
            problems.push({ path: `${path}.${name}`, message: `"${value}" is not absolute` });
        }
    }
    if (containerPath === undefined) {
        problems.push({ path: `${path}.containerPath`, message: "is missing" });
    }
    return problems;
}
