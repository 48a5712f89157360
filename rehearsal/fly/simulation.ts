import { failure, ApiError } from "./apiError";
import { Images } from "./images";
import { Lifecycle } from "./lifecycle";
import { Networks } from "./networks";
import { Runtime } from "./runtime";
import { App, Machine, Organization, Volume, WorldState } from "./state";

/** What the parts of the API work on. */
export interface Simulation {
    readonly world: WorldState;
    readonly runtime: Runtime;
    readonly lifecycle: Lifecycle;
    readonly networks: Networks;
    readonly images: Images;
    /** Image of which containers are made that copy volumes. */
    readonly helperImage: string;
    /** Whether a hostname leads to the platform, as far as anybody's DNS can tell. */
    readonly dns: (hostname: string) => boolean;
    /** Lets something go on after the answer; `SimulatedFly.stop` waits for it, and tells what went wrong in it. */
    background(work: Promise<unknown>): void;
}

/** One request, as the parts of the API see it. */
export interface Call {
    readonly sim: Simulation;
    /** The part of the path that a `:name` of the route stands for. */
    readonly param: (name: string) => string;
    readonly query: URLSearchParams;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
    /** The parsed JSON, an empty object where there is none. */
    readonly body: Readonly<Record<string, unknown>>;
    /** Organizations that the token belongs to. */
    readonly organizations: readonly Organization[];
    /** Aborted when the caller hangs up. */
    readonly signal: AbortSignal;
}

export interface Answer {
    readonly status: number;
    readonly body?: unknown;
}

export function ok(body: unknown, status = 200): Answer {
    return { status, body };
}

/** The app of a path; refuses what the token may not see, as the API does: with 403, for names are known to all. */
export function appOf({ sim, param, organizations }: Call): App {
    const app = sim.world.apps[param("app")];
    if (app === undefined) {
        throw new ApiError(404, "app not found");
    }
    if (!organizations.some(({ slug }) => slug === app.organization)) {
        throw new ApiError(403, "unauthorized");
    }
    return app;
}

/** The machine of a path, destroyed or not. */
export function machineOf(call: Call): Machine {
    const app = appOf(call);
    const machine = call.sim.world.machines[call.param("machine")];
    if (machine?.app !== app.name) {
        throw failure("not_found", "machine not found");
    }
    return machine;
}

/** The machine of a path, which must not be destroyed. */
export function liveMachineOf(call: Call): Machine {
    const machine = machineOf(call);
    if (machine.state === "destroyed") {
        throw failure("not_found", "machine not found");
    }
    return machine;
}

export function volumeOf(call: Call): Volume {
    const app = appOf(call);
    const volume = call.sim.world.volumes[call.param("volume")];
    if (volume?.app !== app.name || volume.state === "destroyed") {
        throw failure("not_found", "volume not found");
    }
    return volume;
}

/** Refuses what would go beyond an organization's quota. */
export function checkQuota({ world }: Simulation, app: App, kind: "machines" | "volumes"): void {
    const quota = world.organizations[app.organization]?.quota[kind];
    const isOurs = (name: string) => world.apps[name]?.organization === app.organization;
    const gone = ["destroyed", "destroying"];
    const used = Object.values<Machine | Volume>(world[kind]).filter(
        (each) => isOurs(each.app) && !gone.includes(each.state),
    ).length;
    if (quota !== undefined && used >= quota) {
        throw new ApiError(
            422,
            `organization ${app.organization} has reached its limit of ${quota} ${kind}; ask for a higher one`,
        );
    }
}
