import { randomBytes, randomUUID } from "node:crypto";
import { milliseconds } from "../../fly/duration";
import { hexId } from "../ids";
import { ownedBy, ServiceToken } from "../state";
import { ApiError, invalidAccess } from "./apiError";
import { Call, listed, ownAccount, Route, textIn } from "./call";

const TOKENS = "/accounts/:account/access/service_tokens";
const TOKEN = `${TOKENS}/:token`;

export const accessTokenRoutes: readonly Route[] = [
    {
        method: "GET",
        path: TOKENS,
        handle: (call) => listed(ownedBy(call.world.serviceTokens, ownAccount(call)).map(wire), call),
    },
    {
        method: "POST",
        path: TOKENS,
        handle: (call) => {
            const token = keep(call);
            // Told this once.
            return { result: { ...wire(token), client_secret: token.clientSecret } };
        },
    },
    { method: "GET", path: TOKEN, handle: (call) => ({ result: wire(tokenIn(call)) }) },
    { method: "PUT", path: TOKEN, handle: (call) => ({ result: wire(keep(call, tokenIn(call))) }) },
    {
        method: "DELETE",
        path: TOKEN,
        handle: (call) => {
            const token = tokenIn(call);
            refuseInUse(call, token.id);
            Reflect.deleteProperty(call.world.serviceTokens, token.id);
            return { result: wire(token) };
        },
    },
];

function tokenIn(call: Call): ServiceToken {
    const account = ownAccount(call);
    const token = call.world.serviceTokens[call.param("token")];
    if (token?.account !== account) {
        throw new ApiError(404, 11021, "access.api.error.not_found");
    }
    return token;
}

const A_YEAR = "8760h";

function keep(call: Call, before?: ServiceToken): ServiceToken {
    const account = ownAccount(call);
    const name = textIn(call, "name") ?? before?.name;
    if (name === undefined) {
        throw invalidAccess("name is required");
    }
    const duration = textIn(call, "duration") ?? before?.duration ?? A_YEAR;
    if (duration !== "forever" && !/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(duration)) {
        throw invalidAccess(`"${duration}" is no duration`);
    }
    const now = new Date().toISOString();
    const token: ServiceToken = {
        id: before?.id ?? randomUUID(),
        account,
        name,
        clientId: before?.clientId ?? `${hexId()}.access`,
        clientSecret: before?.clientSecret ?? randomBytes(32).toString("hex"),
        duration,
        createdAt: before?.createdAt ?? now,
        updatedAt: now,
    };
    call.world.serviceTokens[token.id] = token;
    return token;
}

function refuseInUse({ world, account }: Call, token: string): void {
    const users = ownedBy(world.policies, account.id).filter(({ rules }) =>
        Object.values(rules)
            .flat()
            .some((rule) => serviceTokenOf(rule) === token),
    );
    if (users.length > 0) {
        throw new ApiError(409, 12130, "access.api.error.conflict: the service token is used by a policy");
    }
}

/** The token that a rule lets through; undefined for a rule of another form. */
export function serviceTokenOf(rule: unknown): string | undefined {
    const { service_token: token } = (rule ?? {}) as { service_token?: { token_id?: string } };
    return token?.token_id;
}

function wire({ id, name, clientId, duration, createdAt, updatedAt }: ServiceToken): Record<string, unknown> {
    return {
        id,
        name,
        client_id: clientId,
        duration,
        created_at: createdAt,
        updated_at: updatedAt,
        ...(duration !== "forever" && { expires_at: expiryOf(createdAt, duration) }),
    };
}

function expiryOf(createdAt: string, duration: string): string {
    return new Date(Date.parse(createdAt) + (milliseconds(duration) ?? 0)).toISOString();
}
