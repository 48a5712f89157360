import { again } from "./again";
import { brokenRelease } from "./brokenRelease";
import { drift } from "./drift";
import { gone } from "./gone";
import { killed } from "./killed";
import { lostServer } from "./lostServer";
import { noDisk } from "./noDisk";
import { protection } from "./protection";
import { reboot } from "./reboot";
import { release } from "./release";
import { Act } from "./scene";
import { urls } from "./urls";
import { zero } from "./zero";

/** A day in the life of a stack. */
export const ACTS: readonly Act[] = [
    zero,
    again,
    urls,
    release,
    brokenRelease,
    reboot,
    noDisk,
    killed,
    drift,
    lostServer,
    protection,
    gone,
];

/** Without it there is nothing to play on. */
const FIRST = zero;

/** What an act stands on, beside the first. */
const NEEDS = new Map<Act, Act>([[gone, protection]]);

/** The acts after which nothing is left to look at. */
const LAST: readonly Act[] = [protection, gone];

/**
 * The acts to play: all, or those that are named with the ones that they need, in the order of the day. Where everything is
 * to stay, the whole day ends before it is taken down.
 */
export function chosenActs(names: readonly string[], keep = false): Act[] {
    if (names.length === 0) {
        return ACTS.filter((act) => !keep || !LAST.includes(act));
    }
    const named = ACTS.filter(({ name }) => names.includes(name));
    const needed = named.flatMap((act) => NEEDS.get(act) ?? []);
    return ACTS.filter((act) => act === FIRST || named.includes(act) || needed.includes(act));
}
