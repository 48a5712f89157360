import { randomBytes, randomUUID } from "node:crypto";
import { Application, ownedBy } from "../state";
import { ApiError, invalidAccess } from "./apiError";
import { Call, listed, objectsIn, ownAccount, Route, textIn } from "./call";

const APPLICATIONS = "/accounts/:account/access/apps";
const APPLICATION = `${APPLICATIONS}/:application`;

export const accessApplicationRoutes: readonly Route[] = [
    {
        method: "GET",
        path: APPLICATIONS,
        handle: (call) =>
            listed(
                ownedBy(call.world.applications, ownAccount(call)).map((each) => wire(call, each)),
                call,
            ),
    },
    { method: "POST", path: APPLICATIONS, handle: (call) => ({ result: wire(call, keep(call)) }) },
    { method: "GET", path: APPLICATION, handle: (call) => ({ result: wire(call, applicationIn(call)) }) },
    {
        method: "PUT",
        path: APPLICATION,
        handle: (call) => ({ result: wire(call, keep(call, applicationIn(call))) }),
    },
    {
        method: "DELETE",
        path: APPLICATION,
        handle: (call) => {
            const { id } = applicationIn(call);
            Reflect.deleteProperty(call.world.applications, id);
            return { result: { id } };
        },
    },
];

function applicationIn(call: Call): Application {
    const account = ownAccount(call);
    const application = call.world.applications[call.param("application")];
    if (application?.account !== account) {
        throw new ApiError(404, 11021, "access.api.error.not_found");
    }
    return application;
}

function keep(call: Call, before?: Application): Application {
    const account = ownAccount(call);
    const name = textIn(call, "name");
    if (name === undefined) {
        throw invalidAccess("name is required");
    }
    if (call.body.type !== "self_hosted") {
        throw invalidAccess("of types the simulation knows self_hosted alone");
    }
    const destinations = readDestinations(call, before?.id);
    const now = new Date().toISOString();
    const application: Application = {
        id: before?.id ?? randomUUID(),
        account,
        name,
        type: "self_hosted",
        aud: before?.aud ?? randomBytes(32).toString("hex"),
        destinations,
        policies: readPolicies(call),
        createdAt: before?.createdAt ?? now,
        updatedAt: now,
    };
    call.world.applications[application.id] = application;
    return application;
}

/** A host lies in one of the account's zones, and has one application at most. */
function readDestinations(call: Call, but: string | undefined): Application["destinations"] {
    const { world, account } = call;
    const destinations = objectsIn(call, "destinations").map(({ type, uri }) => ({
        type: String(type),
        uri: String(uri),
    }));
    if (destinations.length === 0) {
        throw invalidAccess("a self-hosted application needs a destination");
    }
    const zones = ownedBy(world.zones, account.id).map(({ name }) => name);
    const taken = ownedBy(world.applications, account.id)
        .filter(({ id }) => id !== but)
        .flatMap((other) => other.destinations.map(({ uri }) => uri));
    for (const { type, uri } of destinations) {
        const [host = ""] = uri.split("/");
        if (type !== "public" || !zones.some((zone) => host === zone || host.endsWith(`.${zone}`))) {
            throw invalidAccess(`domain does not belong to zone: ${uri}`);
        }
        if (taken.includes(uri)) {
            throw new ApiError(409, 11010, "access.api.error.application_already_exists");
        }
    }
    return destinations;
}

function readPolicies(call: Call): Application["policies"] {
    const policies = objectsIn(call, "policies").map(({ id, precedence }) => ({
        id: String(id),
        precedence: Number(precedence),
    }));
    for (const { id } of policies) {
        if (call.world.policies[id]?.account !== call.account.id) {
            throw invalidAccess(`there is no policy ${id}`);
        }
    }
    if (new Set(policies.map(({ precedence }) => precedence)).size < policies.length) {
        throw invalidAccess("two policies have the same precedence");
    }
    return policies;
}

/** Policies are told in whole, in the order in which they are asked. */
function wire({ world }: Call, application: Application): unknown {
    const { id, name, type, aud, destinations, createdAt, updatedAt } = application;
    const policies = [...application.policies].sort((a, b) => a.precedence - b.precedence);
    return {
        id,
        name,
        type,
        aud,
        domain: destinations[0]?.uri,
        self_hosted_domains: destinations.map(({ uri }) => uri),
        destinations,
        policies: policies.map((policy) => {
            const { name: called, decision, rules } = world.policies[policy.id] ?? {};
            return { ...policy, name: called, decision, ...rules, reusable: true };
        }),
        session_duration: "24h",
        created_at: createdAt,
        updated_at: updatedAt,
    };
}
