import { LimitsArgs } from "../components/platform";
import { checkNumber } from "../lib/numbers";
import { Problem } from "../lib/problems";
import { AppNeed } from "../systems/system";
import { isMapOf, isNumber } from "./config";

/** In production every container has limits: one that runs wild must not take the others along. */
const PRODUCTION_LIMITS = {
    app: { cpus: 1, memoryMb: 512 },
    server: { cpus: 1, memoryMb: 1024 },
} as const;

/** Limits of one part, as the environment has them. */
export function limitsIn(
    production: boolean,
    kind: keyof typeof PRODUCTION_LIMITS,
    own: LimitsArgs | undefined,
): LimitsArgs | undefined {
    return production ? { ...PRODUCTION_LIMITS[kind], ...own } : own;
}

/** Checks limits against what the part can't do without. */
export function checkAgainst(
    path: string,
    limits: LimitsArgs | undefined,
    { minimum = {} }: AppNeed,
): Problem[] {
    return [
        ...checkNumber(`${path}.cpus`, limits?.cpus, { min: minimum.cpus ?? 0.01, fraction: true }),
        ...checkNumber(`${path}.memoryMb`, limits?.memoryMb, { min: minimum.memoryMb ?? 6 }),
    ];
}

/** Whether a value of the settings has the form of limits. */
export function isLimits(value: unknown): value is LimitsArgs {
    return isMapOf(value, { cpus: isNumber, memoryMb: isNumber });
}
