import { HEX_ID } from "../ids";
import { Account, Tunnel, WorldState, Zone } from "../state";
import { ApiError, unauthenticated } from "./apiError";

/** One request, as the parts of the API see it. */
export interface Call {
    readonly world: WorldState;
    /** Whose token it is. */
    readonly account: Account;
    /** The part of the path that a `:name` of the route stands for. */
    readonly param: (name: string) => string;
    readonly query: URLSearchParams;
    /** The parsed JSON, an empty object where there is none. */
    readonly body: Readonly<Record<string, unknown>>;
}

/** What a request is answered with: the `result` of the API's envelope. */
export interface Answer {
    readonly result: unknown;
    /** Of lists only: how many there are, and which of them these are. */
    readonly info?: Readonly<Record<string, number>>;
}

/** One thing that the API can be asked for. */
export interface Route {
    readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
    /** Path below `/client/v4`; `:name` stands for one part. */
    readonly path: string;
    handle(call: Call): Answer;
}

const PER_PAGE = { default: 100, min: 1, max: 5000 };

/** One page of a list, as `page` and `per_page` ask for it. */
export function listed(items: readonly unknown[], { query }: Pick<Call, "query">): Answer {
    const page = Math.max(1, Number(query.get("page") ?? 1) || 1);
    const asked = Number(query.get("per_page") ?? PER_PAGE.default) || PER_PAGE.default;
    const perPage = Math.min(PER_PAGE.max, Math.max(PER_PAGE.min, asked));
    const result = items.slice((page - 1) * perPage, page * perPage);
    const info = {
        page,
        per_page: perPage,
        count: result.length,
        total_count: items.length,
        total_pages: Math.ceil(items.length / perPage),
    };
    return { result, info };
}

/** Checks that the account of a path is the token's. */
export function ownAccount({ account, param }: Call): string {
    if (!HEX_ID.test(param("account"))) {
        throw unroutable(`/accounts/${param("account")}`);
    }
    if (param("account") !== account.id) {
        throw unauthenticated();
    }
    return account.id;
}

/** The zone of a path. */
export function zoneIn({ world, account, param }: Call): Zone {
    const id = param("zone");
    if (!HEX_ID.test(id)) {
        throw unroutable(`/zones/${id}`);
    }
    const zone = world.zones[id];
    if (zone?.account !== account.id) {
        throw unauthenticated();
    }
    return zone;
}

/** The tunnel of a path; one that was deleted can be read, and nothing else. */
export function tunnelIn(call: Call, { deleted = false } = {}): Tunnel {
    const account = ownAccount(call);
    const tunnel = call.world.tunnels[call.param("tunnel")];
    if (tunnel?.account !== account || (!deleted && tunnel.deletedAt !== null)) {
        throw new ApiError(404, 1003, "Tunnel not found");
    }
    return tunnel;
}

/** A text of the body; undefined where there is none. */
export function textIn({ body }: Pick<Call, "body">, name: string): string | undefined {
    const value = body[name];
    return typeof value === "string" && value !== "" ? value : undefined;
}

/** The objects in a list of the body; none where there is no list. */
export function objectsIn({ body }: Pick<Call, "body">, name: string): Readonly<Record<string, unknown>>[] {
    const list: unknown = body[name];
    return Array.isArray(list)
        ? list.filter(
              (item: unknown): item is Record<string, unknown> => typeof item === "object" && item !== null,
          )
        : [];
}

function unroutable(path: string): ApiError {
    return new ApiError(
        404,
        7003,
        `Could not route to /client/v4${path}, perhaps your object identifier is invalid?`,
    );
}
