import { createHash } from "node:crypto";
import { ApiError } from "./apiError";
import { ServerHost } from "./serverHost";
import { emptyProject, Named, Project, World } from "./state";

/** What the parts of the API work on. */
export interface Simulation {
    readonly world: World;
    readonly host: ServerHost;
    /** Whether a type of server is sold out at a location. */
    readonly soldOut: (serverType: string, location: string) => boolean;
    /** The address of a number that no other server of the cloud has; numbers begin with 1. */
    readonly ipv4: (number: number) => string;
    save(): void;
    /** Lets something go on after the answer. */
    background(work: Promise<void>): void;
}

/** One request, as the parts of the API see it. */
export interface Call {
    readonly sim: Simulation;
    readonly project: Project;
    /** The part of the path that a `:name` of the route stands for. */
    readonly param: (name: string) => string;
    readonly query: URLSearchParams;
    /** The parsed JSON, an empty object where there is none. */
    readonly body: unknown;
}

export interface Answer {
    readonly status: number;
    readonly body?: unknown;
}

/** One thing that the API can be asked for. */
export interface Route {
    readonly method: "GET" | "POST" | "PUT" | "DELETE";
    /** Path below `/v1`; `:name` stands for one part. */
    readonly path: string;
    handle(call: Call): Answer;
}

export function ok(body: unknown): Answer {
    return { status: 200, body };
}

export function created(body: unknown): Answer {
    return { status: 201, body };
}

export const NO_CONTENT: Answer = { status: 204 };

/** The project of a token. Every token has one, empty at first. */
export function projectOf({ projects }: World, token: string): Project {
    return (projects[createHash("sha256").update(token).digest("hex")] ??= emptyProject());
}

export function newId(world: World): number {
    world.lastId += 1;
    return world.lastId;
}

/** What everything that is made begins with. */
export function born({ sim }: Call, name: string, labels: Record<string, string> = {}) {
    return { id: newId(sim.world), name, labels, created: new Date().toISOString() };
}

/** Finds by id, and refuses with `not_found`. */
export function find<T extends Named>(
    all: Readonly<Record<string, T>>,
    id: string | number,
    what: string,
): T {
    const found = all[String(id)];
    if (found === undefined) {
        throw new ApiError("not_found", `${what} with ID '${id}' not found`);
    }
    return found;
}

/** Names are unique among things of one kind in a project. */
export function checkUnique(all: Readonly<Record<string, Named>>, name: string, self?: Named): void {
    if (Object.values(all).some((other) => other !== self && other.name === name)) {
        throw new ApiError("uniqueness_error", `name is already used`, { fields: [{ name: "name" }] });
    }
}

export function checkUnprotected(isProtected: boolean, what: string, from = "delete"): void {
    if (isProtected) {
        throw new ApiError("protected", `${what} is ${from} protected`);
    }
}
