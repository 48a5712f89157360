import { randomBytes } from "node:crypto";
import { ApiError, failure } from "./apiError";
import { Route } from "./routes";
import { Call, liveMachineOf, ok } from "./simulation";
import { Lease, Machine } from "./state";

const HEADER = "fly-machine-lease-nonce";

/** How long a lease is held whose taker didn't say, in seconds. The documentation names none; flyctl always does. */
const TTL_SECONDS = 30;

export const leaseRoutes: readonly Route[] = [
    {
        method: "GET",
        path: "/apps/:app/machines/:machine/lease",
        action: "lease_get",
        handle: (call) => {
            const machine = liveMachineOf(call);
            return ok(answerOf(machine, heldLease(machine)));
        },
    },
    {
        method: "POST",
        path: "/apps/:app/machines/:machine/lease",
        action: "lease_create",
        handle: (call) => {
            const machine = liveMachineOf(call);
            const { query, body } = call;
            const asked = Number(query.get("ttl") ?? body.ttl ?? TTL_SECONDS);
            const description = typeof body.description === "string" ? body.description : "";
            const nonce = nonceOf(call);
            const lease = leaseOf(machine);
            if (lease !== undefined && nonce !== lease.nonce) {
                throw held(lease);
            }
            // The nonce of a lease that has ended refreshes nothing.
            if (lease === undefined && nonce !== undefined) {
                throw failure("not_found", "lease not found");
            }
            take(machine, asked, { ...lease, description: description || lease?.description });
            return ok(answerOf(machine, heldLease(machine)), lease === undefined ? 201 : 200);
        },
    },
    {
        method: "DELETE",
        path: "/apps/:app/machines/:machine/lease",
        action: "lease_release",
        handle: (call) => {
            const machine = liveMachineOf(call);
            const lease = heldLease(machine);
            if (nonceOf(call) !== lease.nonce) {
                throw failure("invalid_argument", "the nonce is not the lease's");
            }
            machine.lease = undefined;
            return ok({ status: "success" });
        },
    },
];

/**
 * Refuses a change of a machine that somebody else has leased. Also one whose lease has ended: its holder believes to
 * be alone, and is not. (How the real platform takes a nonce without a lease is not told; this is the strict reading.)
 */
export function checkLease(call: Call, machine: Machine): void {
    const [lease, nonce] = [leaseOf(machine), nonceOf(call)];
    if (lease !== undefined && lease.nonce !== nonce) {
        throw held(lease);
    }
    if (lease === undefined && nonce !== undefined) {
        throw failure("aborted", "lease not found");
    }
}

/** Takes a lease, or holds the one that is there for longer. */
export function take(machine: Machine, ttlSeconds: number, known: Partial<Lease> = {}): void {
    if (!Number.isFinite(ttlSeconds) || ttlSeconds <= 0) {
        throw failure("invalid_argument", "ttl must be a positive number of seconds");
    }
    machine.lease = {
        nonce: known.nonce ?? randomBytes(6).toString("hex"),
        owner: known.owner ?? `${machine.app}@tokens.simulated-fly`,
        description: known.description ?? "",
        expiresAtMs: Date.now() + ttlSeconds * 1000,
    };
}

/** A lease that has not ended. */
export function leaseOf({ lease }: Machine): Lease | undefined {
    return lease !== undefined && lease.expiresAtMs > Date.now() ? lease : undefined;
}

function heldLease(machine: Machine): Lease {
    const lease = leaseOf(machine);
    if (lease === undefined) {
        throw failure("not_found", "lease not found");
    }
    return lease;
}

function nonceOf({ headers }: Call): string | undefined {
    const nonce = headers[HEADER];
    return typeof nonce === "string" && nonce !== "" ? nonce : undefined;
}

function held({ owner, expiresAtMs, description }: Lease): ApiError {
    const until = new Date(expiresAtMs).toISOString();
    const why = description === "" ? "" : ` (${description})`;
    return failure("aborted", `lease currently held by ${owner}${why}, expires at ${until}`);
}

function answerOf(machine: Machine, { nonce, owner, description, expiresAtMs }: Lease) {
    const expires_at = Math.floor(expiresAtMs / 1000);
    return {
        status: "success",
        data: { nonce, expires_at, owner, description, version: machine.instanceId },
    };
}
