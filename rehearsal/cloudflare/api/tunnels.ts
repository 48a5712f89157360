import { randomUUID } from "node:crypto";
import { Connection, ownedBy, Tunnel } from "../state";
import { ApiError } from "./apiError";
import { Call, listed, ownAccount, Route, textIn, tunnelIn } from "./call";

const TUNNELS = "/accounts/:account/cfd_tunnel";
const TUNNEL = `${TUNNELS}/:tunnel`;

export const tunnelRoutes: readonly Route[] = [
    {
        method: "GET",
        path: TUNNELS,
        handle: (call) => {
            const [name, deleted] = [call.query.get("name"), call.query.get("is_deleted")];
            const found = ownedBy(call.world.tunnels, ownAccount(call)).filter(
                (tunnel) =>
                    (name === null || tunnel.name === name) &&
                    (deleted === null || (deleted === "true") === (tunnel.deletedAt !== null)),
            );
            return listed(found.map(wire), call);
        },
    },
    { method: "POST", path: TUNNELS, handle: (call) => ({ result: wire(create(call)) }) },
    { method: "GET", path: TUNNEL, handle: (call) => ({ result: wire(tunnelIn(call, { deleted: true })) }) },
    { method: "PATCH", path: TUNNEL, handle: (call) => ({ result: wire(update(call)) }) },
    { method: "DELETE", path: TUNNEL, handle: (call) => ({ result: wire(remove(call)) }) },
    { method: "GET", path: `${TUNNEL}/token`, handle: (call) => ({ result: tokenOf(tunnelIn(call)) }) },
    {
        method: "GET",
        path: `${TUNNEL}/connections`,
        handle: (call) => ({ result: clientsOf(tunnelIn(call)) }),
    },
    {
        method: "DELETE",
        path: `${TUNNEL}/connections`,
        handle: (call) => {
            const tunnel = tunnelIn(call);
            // Connectors lose their lines, and dial again as long as their token holds.
            tunnel.connections = [];
            return { result: null };
        },
    },
];

function create(call: Call): Tunnel {
    const account = ownAccount(call);
    const tunnel: Tunnel = {
        id: randomUUID(),
        account,
        name: readName(call),
        configSrc: readConfigSrc(call),
        secret: readSecret(call),
        createdAt: new Date().toISOString(),
        deletedAt: null,
        connections: [],
        config: undefined,
    };
    call.world.tunnels[tunnel.id] = tunnel;
    return tunnel;
}

function update(call: Call): Tunnel {
    const tunnel = tunnelIn(call);
    const { name, tunnel_secret: secret } = call.body;
    const [newName, newSecret] = [
        name === undefined ? tunnel.name : readName(call, tunnel.id),
        secret === undefined ? tunnel.secret : readSecret(call),
    ];
    tunnel.name = newName;
    tunnel.secret = newSecret;
    return tunnel;
}

/** It stays readable, as a tunnel that was deleted; its name is free again, its id never. */
function remove(call: Call): Tunnel {
    const tunnel = tunnelIn(call);
    if (tunnel.connections.length > 0) {
        throw new ApiError(400, 1022, "Cannot delete tunnel because it has active connections");
    }
    tunnel.deletedAt = new Date().toISOString();
    return tunnel;
}

function readName(call: Call, but?: string): string {
    const name = textIn(call, "name");
    if (name === undefined) {
        throw new ApiError(400, 1001, "Tunnel name is required");
    }
    const alive = ownedBy(call.world.tunnels, call.account.id).filter(({ deletedAt }) => deletedAt === null);
    if (alive.some((other) => other.name === name && other.id !== but)) {
        throw new ApiError(409, 1013, "You already have a tunnel with this name");
    }
    return name;
}

function readConfigSrc(call: Call): Tunnel["configSrc"] {
    const source = textIn(call, "config_src") ?? "local";
    if (source !== "local" && source !== "cloudflare") {
        throw new ApiError(400, 1001, "config_src must be local or cloudflare");
    }
    return source;
}

const MIN_SECRET_BYTES = 32;

/** Which code the real API has for this is nowhere told. */
function readSecret(call: Call): string {
    const secret = textIn(call, "tunnel_secret") ?? "";
    const bytes = Buffer.from(secret, "base64");
    if (bytes.length < MIN_SECRET_BYTES || bytes.toString("base64") !== secret) {
        throw new ApiError(400, 1001, `tunnel_secret must be base64 of at least ${MIN_SECRET_BYTES} bytes`);
    }
    return secret;
}

/** What a connector proves itself with: the account, the tunnel and its secret. */
export function tokenOf({ account, id, secret }: Tunnel): string {
    return Buffer.from(JSON.stringify({ a: account, t: id, s: secret })).toString("base64");
}

function wire(tunnel: Tunnel): Record<string, unknown> {
    const { id, account, name, configSrc, createdAt, deletedAt, connections, disconnectedAt } = tunnel;
    const [first] = connections;
    return {
        id,
        account_tag: account,
        name,
        config_src: configSrc,
        remote_config: configSrc === "cloudflare",
        tun_type: "cfd_tunnel",
        status: statusOf(tunnel),
        connections: connections.map(connectionWire),
        conns_active_at: first?.openedAt ?? null,
        conns_inactive_at: disconnectedAt ?? null,
        metadata: {},
        created_at: createdAt,
        deleted_at: deletedAt,
    };
}

/** `degraded`, a connector that has lost one of its connections, can't be: each has a single one here. */
function statusOf({ connections, disconnectedAt }: Tunnel): string {
    if (connections.length > 0) {
        return "healthy";
    }
    return (disconnectedAt ?? null) === null ? "inactive" : "down";
}

/** Connections by the connector that holds them. */
function clientsOf({ connections, config }: Tunnel): unknown[] {
    const clients = new Map(connections.map((connection) => [connection.clientId, connection]));
    return [...clients.values()].map(({ clientId, clientVersion, openedAt }) => ({
        id: clientId,
        version: clientVersion,
        arch: "linux_amd64",
        config_version: config?.version ?? 0,
        features: [],
        run_at: openedAt,
        conns: connections.filter((each) => each.clientId === clientId).map(connectionWire),
    }));
}

function connectionWire({ id, clientId, clientVersion, originIp, openedAt }: Connection): unknown {
    return {
        id,
        uuid: id,
        client_id: clientId,
        client_version: clientVersion,
        colo_name: "sim01",
        origin_ip: originIp,
        opened_at: openedAt,
        is_pending_reconnect: false,
    };
}
