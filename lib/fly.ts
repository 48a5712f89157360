import { checkOneOf, Problem } from "./problems";

/** Where Fly runs machines: code and place. Source: Fly's list of regions, August 2026. */
export const REGIONS = {
    ams: "Amsterdam, Netherlands",
    arn: "Stockholm, Sweden",
    bom: "Mumbai, India",
    cdg: "Paris, France",
    dfw: "Dallas, Texas (US)",
    ewr: "Secaucus, NJ (US)",
    fra: "Frankfurt, Germany",
    gru: "Sao Paulo, Brazil",
    iad: "Ashburn, Virginia (US)",
    jnb: "Johannesburg, South Africa",
    lax: "Los Angeles, California (US)",
    lhr: "London, United Kingdom",
    nrt: "Tokyo, Japan",
    ord: "Chicago, Illinois (US)",
    sin: "Singapore, Singapore",
    sjc: "San Jose, California (US)",
    syd: "Sydney, Australia",
    yyz: "Toronto, Canada",
} as const;

export type Region = keyof typeof REGIONS;

/** CPUs that a machine may have, and the memory that goes with each, in MB. Source: Fly's Go client. */
export const CPU_KINDS = {
    shared: { cpus: [1, 2, 4, 6, 8], minMb: 256, maxMb: 2048 },
    performance: { cpus: [1, 2, 4, 6, 8, 10, 12, 14, 16], minMb: 2048, maxMb: 8192 },
} as const;

export type CpuKind = keyof typeof CPU_KINDS;

/** Memory comes in steps of so many MB. */
const MEMORY_STEP_MB = 256;

/** Size of a machine. */
export interface Guest {
    readonly cpuKind: CpuKind;
    readonly cpus: number;
    readonly memoryMb: number;
}

export function checkRegion(path: string, region: string): Problem[] {
    return checkOneOf(path, region, Object.keys(REGIONS));
}

/** Checks a machine's size: not every number of CPUs exists, nor every memory with it. */
export function checkGuest(path: string, { cpuKind, cpus, memoryMb }: Guest): Problem[] {
    const { cpus: counts, minMb, maxMb } = CPU_KINDS[cpuKind];
    if (!counts.some((count) => count === cpus)) {
        return [
            {
                path: `${path}.cpus`,
                message: `${cpus} is not to be had: ${cpuKind} machines have ${counts.join(", ")}`,
            },
        ];
    }
    const [least, most] = [minMb * cpus, maxMb * cpus];
    return memoryMb >= least && memoryMb <= most && memoryMb % MEMORY_STEP_MB === 0
        ? []
        : [
              {
                  path: `${path}.memoryMb`,
                  message: `${memoryMb} is not to be had with ${cpus} ${cpuKind} CPUs: from ${least} to ${most} in steps of ${MEMORY_STEP_MB}`,
              },
          ];
}

const APP_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** App names are unique across all of Fly, and a part of host names. */
export function checkAppName(path: string, name: string): Problem[] {
    return APP_NAME.test(name)
        ? []
        : [
              {
                  path,
                  message: `"${name}" is no name of an app: at most 63 lower-case letters, digits and hyphens, none at either end`,
              },
          ];
}
