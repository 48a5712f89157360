import { checkGuest, Guest } from "../../lib/fly";
import { Problem } from "../../lib/problems";
import { LimitsArgs } from "../platform";

/** The smallest machine. */
const SMALLEST = { cpus: 1, memoryMb: 256 };

/** The machine that a part gets for its limits: on Fly they are its size. */
export function guestOf({ cpus, memoryMb }: LimitsArgs = {}): Guest {
    return { cpuKind: "shared", cpus: cpus ?? SMALLEST.cpus, memoryMb: memoryMb ?? SMALLEST.memoryMb };
}

/** All that is wrong with limits: not every size is to be had. */
export function checkSize(limits: LimitsArgs | undefined): Problem[] {
    return checkGuest("args.limits", guestOf(limits));
}
