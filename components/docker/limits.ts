import { checkNumber } from "../../lib/numbers";
import { Problem } from "../../lib/problems";
import { LimitsArgs } from "../platform";
import { cpusOf } from "./container";

/** Docker refuses to start a container with less. */
const MIN_MEMORY_MB = 6;

/** All that is wrong with limits. */
export function checkLimits(limits: LimitsArgs | undefined): Problem[] {
    return [
        ...checkNumber("args.limits.cpus", limits?.cpus, { min: 0.01, fraction: true }),
        ...checkForm(limits?.cpus),
        ...checkNumber("args.limits.memoryMb", limits?.memoryMb, { min: MIN_MEMORY_MB }),
    ];
}

/** The Docker provider rounds those below 0.1 with two digits: 0.05 would be 0.1, and 0.01 no limit at all. */
function checkForm(cpus: number | undefined): Problem[] {
    return cpus === undefined || cpus < 0.01 || Number(cpusOf(cpus)) === cpus
        ? []
        : [
              {
                  path: "args.limits.cpus",
                  message: `the Docker provider would make ${cpusOf(cpus)} of ${cpus}`,
                  fix: "take a number close to it with three digits behind the point: 0.051 for 0.05",
              },
          ];
}
