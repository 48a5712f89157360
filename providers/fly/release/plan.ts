import { isDeepStrictEqual } from "node:util";
import { WireMachine } from "../client/types";
import { MachineConfig } from "../machineConfig";
import { fromWire } from "../wireConfig";

/** Labels of the provider's own on a machine. */
export const LABELS = {
    /** The group that it belongs to. */
    group: "berth_group",
    /** Version of the secrets that it waited for. */
    secrets: "berth_secrets",
    /** The one creation that made it: tells it apart when an answer got lost. */
    creation: "berth_creation",
    /** What a release command is for. */
    release: "berth_release",
} as const;

/** Labels by which flyctl's own commands know what belongs together. */
export const PROCESS_GROUP = "fly_process_group";
export const PLATFORM_VERSION = "fly_platform_version";

/** Machines of a group as they shall be. */
export interface Wanted {
    readonly app: string;
    readonly group: string;
    readonly config: MachineConfig;
    /** Machines by region. */
    readonly regions: Readonly<Record<string, number>>;
    readonly secretsVersion?: number;
}

/** Machines of a group as they are, by what is to be done with them. */
export interface Sorted {
    /** Right as they are. */
    readonly good: readonly WireMachine[];
    /** To be replaced, or too many. */
    readonly retiring: readonly WireMachine[];
    /** On a host that does not answer: nothing can be done with them but to give them up. */
    readonly lost: readonly WireMachine[];
    /** Of a release that was cut short: they never served. */
    readonly left: readonly WireMachine[];
    /** Regions of the machines that are missing, one entry each. */
    readonly missing: readonly string[];
}

/** A step of a release: what starts, and what stops when that is healthy. */
export interface Batch {
    readonly regions: readonly string[];
    readonly retiring: readonly WireMachine[];
}

/**
 * Sorts the machines of a group. `known` are those that the last release left behind. One that serves not yet and that
 * nobody of us has made is somebody else's business: a deployment that is under way.
 */
export function sortMachines(
    machines: readonly WireMachine[],
    wanted: Wanted,
    known: readonly string[],
): Sorted {
    const strange = machines.filter(({ id, cordoned }) => cordoned === true && !known.includes(id));
    const left = strange.filter(({ config }) => config?.metadata?.[LABELS.creation] !== undefined);
    const own = machines.filter((each) => !strange.includes(each));
    const lost = own.filter((each) => !answers(each));
    const good: WireMachine[] = [];
    const retiring: WireMachine[] = [];
    const missing = new Map(Object.entries(wanted.regions));
    for (const machine of own.filter(answers)) {
        const open = missing.get(machine.region) ?? 0;
        if (open > 0 && isRight(machine, wanted)) {
            missing.set(machine.region, open - 1);
            good.push(machine);
        } else {
            retiring.push(machine);
        }
    }
    const regions = [...missing].flatMap(([region, count]) => Array<string>(count).fill(region));
    return { good, retiring, lost, left, missing: regions };
}

/** Whether a machine's host can be asked about it. */
export function answers({ host_status: host = "ok", config }: WireMachine): boolean {
    return host === "ok" && config !== undefined;
}

/** Whether a machine is as it would be made today. */
export function isRight(machine: WireMachine, { config, secretsVersion }: Wanted): boolean {
    const serves = machine.cordoned !== true && machine.state !== "failed";
    return (
        serves &&
        machine.config !== undefined &&
        isDeepStrictEqual(fromWire(machine.config), config) &&
        machine.config.metadata?.[LABELS.secrets] === labelOf(secretsVersion)
    );
}

/**
 * Steps of a release: `size` machines at a time. Each of them lets one of the old ones of its own region go, so that no region
 * is without; what is too much goes with the last step.
 */
export function batchesOf({ missing, retiring }: Sorted, size: number): Batch[] {
    const waiting = [...retiring];
    const count = Math.max(1, Math.ceil(missing.length / size));
    return Array.from({ length: count }, (_, index) => {
        const regions = missing.slice(index * size, (index + 1) * size);
        const replaced = regions.flatMap((region) => {
            const at = waiting.findIndex((machine) => machine.region === region);
            return at < 0 ? [] : waiting.splice(at, 1);
        });
        return { regions, retiring: index === count - 1 ? [...replaced, ...waiting] : replaced };
    });
}

/** Labels of a machine, also while its host does not answer. */
export function labelsOf({
    config,
    incomplete_config: incomplete,
}: WireMachine): Readonly<Record<string, string>> {
    return (config ?? incomplete)?.metadata ?? {};
}

/** Text of a label that may be missing. */
export function labelOf(version: number | undefined): string | undefined {
    return version === undefined ? undefined : String(version);
}
