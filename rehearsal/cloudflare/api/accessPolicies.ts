import { randomUUID } from "node:crypto";
import { ownedBy, Policy } from "../state";
import { serviceTokenOf } from "./accessTokens";
import { ApiError, invalidAccess } from "./apiError";
import { Call, listed, objectsIn, ownAccount, Route, textIn } from "./call";

const POLICIES = "/accounts/:account/access/policies";
const POLICY = `${POLICIES}/:policy`;
const DECISIONS = ["allow", "deny", "non_identity", "bypass"];
const RULES = ["include", "exclude", "require"] as const;

export const accessPolicyRoutes: readonly Route[] = [
    {
        method: "GET",
        path: POLICIES,
        handle: (call) =>
            listed(
                ownedBy(call.world.policies, ownAccount(call)).map((policy) => wire(call, policy)),
                call,
            ),
    },
    { method: "POST", path: POLICIES, handle: (call) => ({ result: wire(call, keep(call)) }) },
    { method: "GET", path: POLICY, handle: (call) => ({ result: wire(call, policyIn(call)) }) },
    {
        method: "PUT",
        path: POLICY,
        handle: (call) => ({ result: wire(call, keep(call, policyIn(call))) }),
    },
    {
        method: "DELETE",
        path: POLICY,
        handle: (call) => {
            const { id } = policyIn(call);
            if (usersOf(call, id) > 0) {
                throw new ApiError(
                    409,
                    12130,
                    "access.api.error.conflict: the policy is used by an application",
                );
            }
            Reflect.deleteProperty(call.world.policies, id);
            return { result: { id } };
        },
    },
];

function policyIn(call: Call): Policy {
    const account = ownAccount(call);
    const policy = call.world.policies[call.param("policy")];
    if (policy?.account !== account) {
        throw new ApiError(404, 11021, "access.api.error.not_found");
    }
    return policy;
}

function keep(call: Call, before?: Policy): Policy {
    const account = ownAccount(call);
    const [name, decision] = [textIn(call, "name"), textIn(call, "decision")];
    if (name === undefined) {
        throw invalidAccess("name is required");
    }
    if (decision === undefined || !DECISIONS.includes(decision)) {
        throw invalidAccess(`decision must be one of ${DECISIONS.join(", ")}`);
    }
    const rules = Object.fromEntries(RULES.map((kind) => [kind, readRules(call, kind)]));
    if (rules.include?.length === 0) {
        throw invalidAccess("include must have at least one rule");
    }
    const now = new Date().toISOString();
    const policy: Policy = {
        id: before?.id ?? randomUUID(),
        account,
        name,
        decision,
        rules,
        createdAt: before?.createdAt ?? now,
        updatedAt: now,
    };
    call.world.policies[policy.id] = policy;
    return policy;
}

function readRules(call: Call, kind: string): readonly unknown[] {
    const { world, account } = call;
    const rules = objectsIn(call, kind);
    for (const token of rules.map(serviceTokenOf)) {
        if (token !== undefined && world.serviceTokens[token]?.account !== account.id) {
            throw invalidAccess(`there is no service token ${token}`);
        }
    }
    return rules;
}

function usersOf({ world, account }: Call, policy: string): number {
    return ownedBy(world.applications, account.id).filter(({ policies }) =>
        policies.some(({ id }) => id === policy),
    ).length;
}

function wire(call: Call, { id, name, decision, rules, createdAt, updatedAt }: Policy): unknown {
    return {
        id,
        name,
        decision,
        ...rules,
        reusable: true,
        app_count: usersOf(call, id),
        created_at: createdAt,
        updated_at: updatedAt,
    };
}
