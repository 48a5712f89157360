import { EngineAddress } from "../../providers/engine/connect";
import { SECRET_VOLUME } from "../../providers/resources/secretVolume";
import { sshFileOptions } from "../../lib/ssh";
import { Deployment, Recorded } from "../state";
import { STACK_LABEL, Thing } from "./things";

const CONTAINER = "docker:index/container:Container";
const NETWORK = "docker:index/network:Network";
const SECRETS = "berth:index:SecretVolume";
const JOB = "berth:index:Job";
const ENGINE = "pulumi:providers:berth";

/** What a state knows of engines and of what stands on them. */
export interface Known {
    readonly engines: readonly EngineAddress[];
    /** Starts of the stack's names on its engines, as the labels in the state say. */
    readonly prefixes: readonly string[];
    /** What the engine knows the things by. Of a job only the name is known. */
    readonly ids: ReadonlySet<string>;
    readonly names: ReadonlySet<string>;
    /** What a run had begun to make, and of which the state does not know how it ended. */
    readonly begun: readonly Begun[];
    /** When the state came into being, in ms since 1970: what is older is none of its things. */
    readonly since: number;
}

/** A creation whose end is unknown. */
export interface Begun {
    readonly type: string;
    readonly labels: Readonly<Record<string, string>>;
}

/** Reads it from a state. `usual` is the start of the names where no label says it: before there is any. */
export function knownOf({ resources, pending }: Deployment, usual: string): Known {
    const started = pending.filter(({ type }) => type === "creating").map(({ resource }) => resource);
    const prefixes = [...resources, ...started].flatMap((each) => labelsOf(each)[STACK_LABEL] ?? []);
    const times = resources.flatMap(({ created }) => (created === undefined ? [] : [Date.parse(created)]));
    return {
        engines: resources.filter(({ type }) => type === ENGINE).flatMap(addressOf),
        prefixes: [...new Set(prefixes.length > 0 ? prefixes : [usual])],
        ids: new Set(resources.flatMap(({ id }) => id ?? [])),
        // One that was begun, too: its resource takes it up again, and half a migration is worse than one too many.
        names: new Set(
            [...resources, ...started]
                .filter(({ type }) => type === JOB)
                .flatMap(({ inputs }) => textOf(inputs?.name) ?? []),
        ),
        begun: started.map((each) => ({ type: each.type, labels: labelsOf(each) })),
        since: Math.min(...times),
    };
}

/** Whether a creation may have left this. */
export function mayHaveLeft({ type, labels }: Begun, thing: Thing): boolean {
    const own = Object.entries(labels);
    return (
        own.length > 0 &&
        own.every(([label, value]) => thing.labels[label] === value) &&
        ((type === CONTAINER && thing.kind === "container") ||
            (type === NETWORK && thing.kind === "network") ||
            // Its files come in by a container that never starts.
            (type === SECRETS && (isSecretVolume(thing) || thing.state === "created")))
    );
}

export function isSecretVolume({ kind, labels }: Thing): boolean {
    return (
        kind === "volume" && Object.entries(SECRET_VOLUME).every(([label, value]) => labels[label] === value)
    );
}

/** Containers that the state takes for being there: those that it wants to be rid of may as well be gone. */
export function containersOf({ resources }: Deployment, { prefixes }: Known): Recorded[] {
    return resources.filter(
        (each) =>
            each.type === CONTAINER &&
            each.delete !== true &&
            prefixes.includes(labelsOf(each)[STACK_LABEL] ?? ""),
    );
}

/** The address of a provider of ours. Its keys are encrypted here; their files are there since the run that used them. */
function addressOf({ inputs = {} }: Recorded): EngineAddress[] {
    const host = textOf(inputs.host);
    const folder = textOf(inputs.sshFolder);
    return host === undefined
        ? []
        : [
              {
                  host,
                  sshOpts: [
                      ...(folder === undefined ? [] : sshFileOptions(folder)),
                      ...listOf(inputs.sshOpts),
                  ],
              },
          ];
}

/** Provider configuration travels as text; lists are JSON in it. */
function listOf(value: unknown): string[] {
    const parsed: unknown = JSON.parse(textOf(value) ?? "[]");
    return Array.isArray(parsed) ? parsed.map(String) : [];
}

function textOf(value: unknown): string | undefined {
    return typeof value === "string" && value !== "" ? value : undefined;
}

/** Docker's resources have labels as a list, ours as a map. */
function labelsOf({ inputs = {} }: Recorded): Record<string, string> {
    const { labels } = inputs;
    if (Array.isArray(labels)) {
        return Object.fromEntries(labels.filter(isLabel).map(({ label, value }) => [label, value] as const));
    }
    return typeof labels === "object" && labels !== null
        ? Object.fromEntries(Object.entries(labels).filter(([, value]) => typeof value === "string"))
        : {};
}

function isLabel(value: unknown): value is { label: string; value: string } {
    const { label, value: text } = (value ?? {}) as { label?: unknown; value?: unknown };
    return typeof label === "string" && typeof text === "string";
}
