import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, Server, TLSSocket } from "node:tls";
import type { Certificate } from "../../certificates";
import { Connection, Tunnel, TunnelConfig, WorldState } from "../state";
import { Line } from "./line";
import type { Registration } from "./registration";

/** The name that cloudflared expects of the edge when it dials it with HTTP/2. */
export const CONNECTOR_SERVER = "h2.cftunnel.com";

/** A line that a tunnel's requests may take. */
interface Entry {
    readonly line: Line;
    readonly tunnel: Tunnel;
    readonly connection: Connection;
    /** Version of the rules that the connector was given last. @default none yet */
    version?: number;
    /** Whether it has taken any: until then it answers everything with 503. */
    configured: boolean;
}

/** The edge's side towards connectors: who may serve which tunnel, over which lines, by which rules. */
export class Connectors {
    /** Rules that a connector did not take, in words. */
    readonly troubles: string[] = [];
    private readonly server: Server;
    private readonly sockets = new Set<TLSSocket>();
    private readonly entries = new Set<Entry>();
    private turn = 0;

    constructor(
        private readonly world: WorldState,
        { key, certificate }: Certificate,
        private readonly pingMs: number,
        /** Called when connections have come or gone. */
        private readonly changed: () => void,
    ) {
        this.server = createServer({ key, cert: certificate }, (socket) => this.accept(socket));
        // Who does not trust the edge hangs up.
        this.server.on("tlsClientError", () => undefined);
    }

    /** Listens; 0 for a port that is free. */
    async listen(address: string, port: number): Promise<number> {
        this.server.listen(port, address);
        await once(this.server, "listening");
        return (this.server.address() as AddressInfo).port;
    }

    /** The line whose turn it is to take a tunnel's request. Undefined when no connector serves it. */
    pick({ id }: Tunnel): Line | undefined {
        const open = [...this.entries].filter(({ tunnel, line }) => tunnel.id === id && line.open);
        const configured = open.filter((entry) => entry.configured);
        const lines = configured.length > 0 ? configured : open;
        this.turn += 1;
        return lines[this.turn % lines.length]?.line;
    }

    /** Follows what the API has changed: ends lines that it has cut, and hands out new rules. */
    follow(): void {
        for (const entry of this.entries) {
            const { tunnel, connection, line } = entry;
            if (!tunnel.connections.includes(connection)) {
                line.end();
            } else if (tunnel.config !== undefined && tunnel.config.version !== entry.version) {
                void this.configure(entry, tunnel.config);
            }
        }
    }

    async close(): Promise<void> {
        const closed = new Promise((resolve) => this.server.close(resolve));
        // At once, so that nothing is written when all is over.
        this.entries.forEach((entry) => {
            this.forget(entry);
            entry.line.end();
        });
        this.sockets.forEach((socket) => socket.destroy());
        await closed;
    }

    private accept(socket: TLSSocket): void {
        const { remoteAddress: originIp = "" } = socket;
        this.sockets.add(socket);
        socket.once("close", () => this.sockets.delete(socket));
        const line = new Line(socket, this.pingMs);
        let entry: Entry | undefined;
        line.onClose(() => this.forget(entry));
        line.control({
            register: (registration) => {
                const tunnel = admit(this.world, registration);
                if (typeof tunnel === "string") {
                    // It tries again on a line of its own.
                    setImmediate(() => line.drain());
                    return { refusal: tunnel };
                }
                entry = { line, tunnel, connection: connectionOf(registration, originIp), configured: false };
                this.entries.add(entry);
                tunnel.connections.push(entry.connection);
                tunnel.disconnectedAt = null;
                this.changed();
                return { id: entry.connection.id };
            },
            registered: () => this.follow(),
            unregister: () => {
                this.forget(entry);
                line.drain();
            },
        });
    }

    private forget(entry: Entry | undefined): void {
        if (entry === undefined || !this.entries.delete(entry)) {
            return;
        }
        const { tunnel, connection } = entry;
        tunnel.connections = tunnel.connections.filter((each) => each !== connection);
        if (tunnel.connections.length === 0) {
            tunnel.disconnectedAt = new Date().toISOString();
        }
        this.changed();
    }

    /** Never rejects: a line that breaks here is gone, and a later one gets the rules, too. */
    private async configure(entry: Entry, config: TunnelConfig): Promise<void> {
        entry.version = config.version;
        const fault = await entry.line.configure(config).catch(() => "");
        entry.configured = true;
        if (fault !== "") {
            this.troubles.push(`version ${config.version} of the rules of ${entry.tunnel.name}: ${fault}`);
        }
    }
}

/** The tunnel that a connector may serve, or why it may not: as the real edge says it, and cloudflared's log shows it. */
function admit(world: WorldState, { account, tunnel: id, secret }: Registration): Tunnel | string {
    const tunnel = world.tunnels[id];
    if (tunnel?.account !== account || tunnel.deletedAt !== null) {
        return "Unauthorized: Failed to get tunnel";
    }
    return tunnel.secret === secret ? tunnel : "Unauthorized: Invalid tunnel secret";
}

function connectionOf({ clientId, clientVersion }: Registration, originIp: string): Connection {
    return { id: randomUUID(), clientId, clientVersion, originIp, openedAt: new Date().toISOString() };
}
