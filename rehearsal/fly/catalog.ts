import { ApiError, failure } from "./apiError";
import { Guest, MachineConfig } from "./wire";

/** Regions of the documentation (reference/regions), with the name that the API gives them. */
export const REGIONS: Readonly<Record<string, string>> = {
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
};

/** Where a machine goes that was given no region: the real platform takes one near the caller. */
export const NEAREST = "iad";

interface Kind {
    readonly cpus: readonly number[];
    /** MB per CPU, from the constants of Fly's Go client. */
    readonly min: number;
    readonly max: number;
}

const KINDS: Readonly<Record<string, Kind>> = {
    shared: { cpus: [1, 2, 4, 6, 8], min: 256, max: 2048 },
    performance: { cpus: [1, 2, 4, 6, 8, 10, 12, 14, 16], min: 2048, max: 8192 },
};

const STEP_MB = 256;

export interface GuestSize {
    readonly cpuKind: string;
    readonly cpus: number;
    readonly memoryMb: number;
}

/** The size that a config asks for; throws what the API answers when there is no such size. */
export function guestSize({ guest, size }: Pick<MachineConfig, "guest" | "size">): GuestSize {
    if (size !== undefined && guest !== undefined) {
        throw failure("invalid_argument", "config.guest and config.size are mutually exclusive");
    }
    return size === undefined ? checked(guest ?? {}) : named(size);
}

function named(size: string): GuestSize {
    const { cpuKind = "", cpus = "" } =
        /^(?<cpuKind>shared(?=-cpu)|performance)(?:-cpu)?-(?<cpus>\d+)x$/.exec(size)?.groups ?? {};
    if (KINDS[cpuKind]?.cpus.includes(Number(cpus)) !== true) {
        throw failure("invalid_argument", `invalid config.size, no machine size named '${size}'`);
    }
    return checked({ cpu_kind: cpuKind, cpus: Number(cpus) });
}

function checked({ cpu_kind: cpuKind = "shared", cpus = 1, memory_mb, gpus, gpu_kind }: Guest): GuestSize {
    if ((gpus ?? 0) > 0 || (gpu_kind ?? "") !== "") {
        throw new ApiError(422, "the simulated platform has no GPUs");
    }
    const kind = KINDS[cpuKind];
    if (kind === undefined) {
        throw failure("invalid_argument", `invalid config.guest.cpu_kind, no machine type '${cpuKind}'`);
    }
    if (!kind.cpus.includes(cpus)) {
        throw failure(
            "invalid_argument",
            `invalid config.guest.cpus, ${cpuKind} machines have ${kind.cpus.join(", ")} CPUs, not ${cpus}`,
        );
    }
    const memoryMb = memory_mb ?? kind.min * cpus;
    const [min, max] = [kind.min * cpus, kind.max * cpus];
    if (memoryMb < min) {
        throw failure("invalid_argument", `invalid config.guest.memory_mb, minimum required ${min} MiB`);
    }
    if (memoryMb > max) {
        throw failure("invalid_argument", `invalid config.guest.memory_mb, maximum allowed ${max} MiB`);
    }
    if (memoryMb % STEP_MB !== 0) {
        throw failure("invalid_argument", `invalid config.guest.memory_mb, not a multiple of ${STEP_MB}`);
    }
    return { cpuKind, cpus, memoryMb };
}

export function checkRegion(region: string): void {
    if (REGIONS[region] === undefined) {
        throw failure("invalid_argument", `region '${region}' not found`);
    }
}
