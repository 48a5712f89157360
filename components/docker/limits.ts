import { checkNumber } from "../../lib/numbers";
import { Problem } from "../../lib/problems";
import { LimitsArgs } from "../platform";

/** Docker refuses to start a container with less. */
const MIN_MEMORY_MB = 6;

/** All that is wrong with limits. */
export function checkLimits(limits: LimitsArgs | undefined): Problem[] {
    return [
        ...checkNumber("args.limits.cpus", limits?.cpus, { min: 0.01, fraction: true }),
        ...checkNumber("args.limits.memoryMb", limits?.memoryMb, { min: MIN_MEMORY_MB }),
    ];
}
