import { Deployment, PendingOperation } from "../state";
import { containersOf, Known } from "./known";
import { Thing } from "./things";

/** What of a state is to be compared with what there is, before it is built on. */
export interface ToRefresh {
    readonly urns: readonly string[];
    /** Containers that the state has and no engine. */
    readonly missing: readonly string[];
    /** Whether creations that were never heard of again can be forgotten: what they may have left is looked after. */
    readonly forgetCreations: boolean;
}

/** What makes again, by a name of its own, what it has made before, or whose leftovers are removed by their labels. */
const LOOKED_AFTER = /^(docker:|berth:|random:|pulumi:providers:)/;

/** Containers and pending operations whose state in truth has to be asked for. `there` is what the engines have, where known. */
export function toRefresh(
    deployment: Deployment,
    known: Known,
    there: readonly Thing[] | undefined,
): ToRefresh {
    const present = new Set(there?.map(({ id }) => id));
    const missing =
        there === undefined
            ? []
            : containersOf(deployment, known)
                  .filter(({ id }) => !present.has(id ?? ""))
                  .map(({ urn }) => urn);
    const [creations, others] = split(deployment.pending);
    const recorded = new Set(deployment.resources.map(({ urn }) => urn));
    const interrupted = others.map(({ resource }) => resource.urn).filter((urn) => recorded.has(urn));
    return {
        urns: [...new Set([...missing, ...interrupted])],
        missing,
        forgetCreations:
            creations.length > 0 && creations.every(({ resource }) => LOOKED_AFTER.test(resource.type)),
    };
}

function split(pending: readonly PendingOperation[]): [PendingOperation[], PendingOperation[]] {
    const isCreation = ({ type }: PendingOperation) => type === "creating";
    return [pending.filter(isCreation), pending.filter((each) => !isCreation(each))];
}
