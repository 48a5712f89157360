import { isSecretVolume, Known, mayHaveLeft } from "./known";
import { JOB_LABEL, PART_LABEL, ROUTER, STACK_LABEL, Thing } from "./things";

/** What is looked at beside the things themselves. */
export interface Scene {
    readonly known: Known;
    /** Names of the containers that a route leads to. */
    readonly routed: ReadonlySet<string>;
    /** What was made later may be another run's, in ms since 1970. */
    readonly before: number;
}

/** What a stack has on an engine and no state knows, taken apart. */
export interface Unknown {
    /** What runs that were killed have left: it may go. */
    readonly leftovers: readonly Thing[];
    /** What may be somebody else's, or serves: it stays. */
    readonly strange: readonly Thing[];
}

/**
 * A thing is a leftover when the state has been told that it was about to be made; or when the stack's router is the state's
 * own and nobody else's, so that no other clone with a stack of that name can be meant. Data never is one.
 */
export function unknownOf(things: readonly Thing[], { known, routed, before }: Scene): Unknown {
    const own = things.filter(({ labels }) => known.prefixes.includes(labels[STACK_LABEL] ?? ""));
    const unknown = own.filter((thing) => thing.created < before && !isKnown(thing, known) && mayGo(thing));
    const sure = isOwner(own, known);
    const isLeftover = (thing: Thing) =>
        !(thing.kind === "container" && routed.has(thing.name)) &&
        (sure || (thing.created >= known.since && known.begun.some((each) => mayHaveLeft(each, thing))));
    return {
        leftovers: unknown.filter(isLeftover),
        strange: unknown.filter((thing) => !isLeftover(thing)),
    };
}

function isKnown({ id, name }: Thing, { ids, names }: Known): boolean {
    return ids.has(id) || names.has(name);
}

/**
 * Of volumes only those with secrets: all others hold data, or are taken up again by their names. No container of a job: its
 * resource takes it up by its name, also when no state tells of it because its first run has failed.
 */
function mayGo(thing: Thing): boolean {
    return (thing.kind !== "volume" || isSecretVolume(thing)) && thing.labels[JOB_LABEL] === undefined;
}

function isOwner(own: readonly Thing[], known: Known): boolean {
    const routers = own.filter(({ kind, labels }) => kind === "container" && labels[PART_LABEL] === ROUTER);
    return (
        routers.some((router) => isKnown(router, known)) &&
        routers.every((router) => isKnown(router, known) || router.state !== "running")
    );
}
