/** Something on an engine that says whose it is. */
export interface Thing {
    readonly kind: "container" | "network" | "volume";
    /** What the engine knows it by. */
    readonly id: string;
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    /** When it was made, in ms since 1970, by this machine's clock. */
    readonly created: number;
    /** Of a container: `created`, `running`, `exited`, … */
    readonly state?: string;
}

/** Label whose value is the start of all names that a stack has on an engine. */
export const STACK_LABEL = "berth.stack";
/** Label with the part of a system that a thing belongs to. */
export const PART_LABEL = "berth.part";
/** Label of a job's container. */
export const JOB_LABEL = "berth.job";
/** Part of what stands in front of all apps. */
export const ROUTER = "router";
