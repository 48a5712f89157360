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

/** The acts to play: all, or those that are named with the ones that they need, in the order of the day. */
export function chosenActs(names: readonly string[]): Act[] {
    return names.length === 0 ? [...ACTS] : ACTS.filter((act) => act === FIRST || names.includes(act.name));
}
