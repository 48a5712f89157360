import { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Authority } from "../../certificates";
import type { WorldState } from "../state";
import { CONNECTOR_SERVER, Connectors } from "./connectors";
import { EDGE_ERROR } from "./edgeError";
import { forward } from "./forward";
import type { Line } from "./line";
import { AnyServer, close, listen, plainServer, tlsServer } from "./listeners";
import { certificateNames, tunnelOf } from "./target";
import { forwardUpgrade } from "./upgrade";
import { refuse, Request, Response, Visitor, visitorOf } from "./visitor";

/** The part of the simulated Cloudflare that its edge looks at. */
export interface EdgeWorld {
    readonly world: WorldState;
    /** Keeps what the edge has changed in the world. */
    save(): void;
    /** Calls after each change over the API; gives back what ends that. */
    onChange(listener: () => void): () => void;
}

/** How the edge is set up. */
export interface EdgeOptions {
    /** The simulated Cloudflare whose edge it is. */
    readonly world: EdgeWorld;
    /** Address that it listens on, and that proxied records are answered with. @default 127.0.0.1 */
    readonly address?: string;
    /** Issues certificates for the zones and for the connectors' port: whoever comes has to trust it. */
    readonly authority: Authority;
    /** Where connectors dial. @default any that is free */
    readonly connectorPort?: number;
    /** Where visitors come over TLS. @default any that is free */
    readonly httpsPort?: number;
    /** Where visitors come without. They get no redirect. @default any that is free */
    readonly httpPort?: number;
    /** How long a connector may be silent, in milliseconds, before its line counts as dead. @default 10000 */
    readonly pingMs?: number;
}

/** Cloudflare's edge on one address: connectors dial it, visitors come to it, and it joins the two. */
export class Edge {
    private readonly sockets = new Set<Socket>();
    private readonly servers: readonly AnyServer[];
    private readonly forgetWorld: () => void;
    private ports: readonly number[] = [];
    private connectorsAt = 0;

    private constructor(
        private readonly world: WorldState,
        private readonly connectors: Connectors,
        private readonly address: string,
        { world: simulation, authority }: EdgeOptions,
    ) {
        this.servers = [
            plainServer(),
            tlsServer((host) => {
                const hosts = certificateNames(world, host);
                return hosts === undefined ? undefined : authority.issue({ hosts });
            }),
        ];
        this.servers.forEach((server, index) => this.handle(server, index > 0));
        this.forgetWorld = simulation.onChange(() => connectors.follow());
    }

    /** Starts an edge. Rejects when one of its ports is taken. */
    static async start(options: EdgeOptions): Promise<Edge> {
        const { world: simulation, authority, address = "127.0.0.1" } = options;
        const { connectorPort = 0, httpPort = 0, httpsPort = 0, pingMs = 10_000 } = options;
        const certificate = await authority.issue({ hosts: [CONNECTOR_SERVER] });
        const connectors = new Connectors(simulation.world, certificate, pingMs, () => simulation.save());
        const edge = new Edge(simulation.world, connectors, address, options);
        try {
            edge.connectorsAt = await connectors.listen(address, connectorPort);
            const wanted = [httpPort, httpsPort];
            edge.ports = await Promise.all(
                edge.servers.map((server, index) => listen(server, address, wanted[index] ?? 0)),
            );
            return edge;
        } catch (error) {
            await edge.stop();
            throw error;
        }
    }

    get httpPort(): number {
        return this.ports[0] ?? 0;
    }

    get httpsPort(): number {
        return this.ports[1] ?? 0;
    }

    /** Where connectors dial: `address:port`, as cloudflared's `--edge` takes it. */
    get connectorAddress(): string {
        return `${this.address}:${this.connectorsAt}`;
    }

    /** What connectors did not take, in words. */
    get troubles(): readonly string[] {
        return this.connectors.troubles;
    }

    /** Ends all connections, those of the connectors too. */
    async stop(): Promise<void> {
        this.forgetWorld();
        const closed = this.servers.map(close);
        this.sockets.forEach((socket) => socket.destroy());
        await Promise.all([...closed, this.connectors.close()]);
    }

    private handle(server: AnyServer, secure: boolean): void {
        server.on(secure ? "secureConnection" : "connection", (socket: Socket) => {
            this.sockets.add(socket);
            socket.on("error", () => undefined);
            socket.on("close", () => this.sockets.delete(socket));
        });
        server.on("request", (request: Request, response: Response) => {
            const visitor = visitorOf(request, response, secure);
            void this.pass(visitor, (line) => forward(line, visitor));
        });
        server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
            const response = new ServerResponse(request);
            response.shouldKeepAlive = false;
            response.assignSocket(socket);
            response.once("finish", () => socket.destroySoon());
            const visitor = visitorOf(request, response, secure);
            void this.pass(visitor, (line) => forwardUpgrade(line, visitor, { response, socket, head }));
        });
    }

    /** Never rejects: what goes wrong is the visitor's answer. */
    private async pass(visitor: Visitor, send: (line: Line) => Promise<void>): Promise<void> {
        try {
            const tunnel = tunnelOf(this.world, visitor.host);
            const line = this.connectors.pick(tunnel);
            if (line === undefined) {
                throw EDGE_ERROR.tunnel(tunnel.name);
            }
            await send(line);
        } catch (error) {
            refuse(visitor, error);
        }
    }
}
