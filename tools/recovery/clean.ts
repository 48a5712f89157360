import Docker from "dockerode";
import { connect, disconnect, EngineAddress } from "../../providers/engine/connect";
import { messageOf } from "../../providers/server/failure";
import { removeThing, routedBy, thingsOn } from "./engine";
import { Known } from "./known";
import { Unknown, unknownOf } from "./leftovers";
import { PART_LABEL, ROUTER, Thing } from "./things";

/** What was found on a stack's engines. */
export interface Cleaned {
    /** What is there, without what was removed; undefined where that is not known. */
    readonly there?: readonly Thing[];
    readonly removed: readonly Thing[];
    /** What no state knows and may be somebody else's. */
    readonly strange: readonly Thing[];
}

/** An engine that does not answer is the update's to report: it is not waited for here. */
const PATIENCE_MS = 10_000;

/** Removes from a stack's engines what runs that were killed have left, and says what. */
export async function clean(
    known: Known,
    before: number,
    say: (text: string) => void,
    dial: (address: EngineAddress) => Docker = connect,
): Promise<Cleaned> {
    const engines = await Promise.all(
        known.engines.map(async (address): Promise<Cleaned> => {
            const docker = dial(address);
            try {
                const { there, unknown } = await within(PATIENCE_MS, look(docker, known, before));
                const removed = await remove(docker, unknown.leftovers, say);
                return {
                    there: there.filter((thing) => !removed.includes(thing)),
                    removed,
                    strange: unknown.strange,
                };
            } catch (error) {
                say(`  … did not look for leftovers on ${address.host}: ${messageOf(error)}`);
                return { removed: [], strange: [] };
            } finally {
                disconnect(docker);
            }
        }),
    );
    const lists = engines.map(({ there }) => there);
    return {
        // Without an engine to look at nothing is known of what is there.
        there: lists.length > 0 && lists.every((list) => list !== undefined) ? lists.flat() : undefined,
        removed: engines.flatMap(({ removed }) => removed),
        strange: engines.flatMap(({ strange }) => strange),
    };
}

/** Takes stock of an engine. Routes are asked for only where there is something that they could lead to. */
async function look(
    docker: Docker,
    known: Known,
    before: number,
): Promise<{ there: Thing[]; unknown: Unknown }> {
    const there = await thingsOn(docker, before);
    const unknown = unknownOf(there, { known, routed: new Set(), before });
    if (unknown.leftovers.length === 0) {
        return { there, unknown };
    }
    // Everybody's routers: what serves stays, whoever it serves.
    const routers = there.filter(({ kind, labels }) => kind === "container" && labels[PART_LABEL] === ROUTER);
    const routed = new Set((await Promise.all(routers.map(({ id }) => routedBy(docker, id)))).flat());
    return { there, unknown: unknownOf(there, { known, routed, before }) };
}

/** Containers first: the others may be in use by them. */
async function remove(
    docker: Docker,
    leftovers: readonly Thing[],
    say: (text: string) => void,
): Promise<Thing[]> {
    const removed: Thing[] = [];
    for (const kind of ["container", "network", "volume"] as const) {
        const things = leftovers.filter((thing) => thing.kind === kind);
        const gone = await Promise.all(things.map((thing) => removeThing(docker, thing)));
        for (const [index, thing] of things.entries()) {
            const whose = `the ${kind} ${thing.name}, which a run that was killed has left`;
            if (gone[index] === true) {
                removed.push(thing);
                say(`  ✓ removed ${whose}`);
            } else {
                say(`  … kept ${whose}: it is in use`);
            }
        }
    }
    return removed;
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
            reject(new Error(`no answer within ${milliseconds / 1000} s`));
        }, milliseconds);
    });
    try {
        return await Promise.race([work, late]);
    } finally {
        clearTimeout(timer);
    }
}
