import { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Server as TlsServer } from "node:https";
import { Socket } from "node:net";
import type { EdgeWorld } from "../edgeWorld";
import { autostop } from "./autostop";
import { Dispatcher, Patience } from "./dispatch";
import { forward, relay } from "./forward";
import { isSecure } from "./headers";
import { Certificate, listen, plainServer, tlsServer } from "./listeners";
import { Load, Served } from "./load";
import { type Passage, passageOf, refuse } from "./passage";
import { ProxyError } from "./proxyError";
import { Starter } from "./starter";
import { deliverUpgrade, upgradeHeaders } from "./upgrade";
import { View } from "./view";

/** How the proxy is set up. */
export interface EdgeOptions {
    /** Where it takes requests: plain ones, and those over TLS. @default free ports of the loopback address */
    readonly listen?: { readonly address: string; readonly httpPort: number; readonly httpsPort: number };
    /** For all hosts, or for each: a host without one gets no TLS connection. @default there is no TLS */
    readonly certificate?: Certificate | ((host: string) => Certificate | undefined);
    /**
     * How long a machine has no request before autostop takes it. The documentation says "several minutes" and no figure.
     * @default 300
     */
    readonly idleSeconds?: number;
    /** Region in which the edge stands: machines there are the closest. @default iad */
    readonly region?: string;
    /**
     * What the proxy knows of machines is up to this old. On the real platform news of a cordon or a stop take a moment to
     * arrive at each edge. @default 0
     */
    readonly lagMs?: number;
    /** How long requests wait for a machine. */
    readonly patience?: Partial<Patience>;
}

const PATIENCE: Patience = { candidateSeconds: 2, queueSeconds: 10, startSeconds: 30 };

const ANYWHERE = { address: "127.0.0.1", httpPort: 0, httpsPort: 0 };

/** A stand-in for Fly Proxy. */
export class Edge {
    /** What autostart and autostop could not do, in words. */
    readonly troubles: string[] = [];
    private readonly load = new Load();
    private readonly ended = new AbortController();
    private readonly sockets = new Set<Socket>();
    private readonly servers: (Server | TlsServer)[] = [];
    private readonly view: View;
    private readonly region: string;
    private readonly starter: Starter;
    private readonly dispatcher: Dispatcher;
    private readonly autostopping: Promise<void>;
    private ports: readonly (number | undefined)[] = [];

    private constructor(world: EdgeWorld, options: EdgeOptions) {
        const { idleSeconds = 300, region = "iad", lagMs = 0 } = options;
        const patience = { ...PATIENCE, ...options.patience };
        const onFailure = (what: string) => (machineId: string, error: unknown) => {
            this.troubles.push(`${machineId} could not be ${what}: ${String(error)}`);
        };
        this.region = region;
        this.view = new View(world, lagMs);
        this.starter = new Starter(world, this.load, patience.startSeconds, onFailure("started"));
        this.dispatcher = new Dispatcher(this.load, this.starter, region, patience);
        this.autostopping = autostop(
            this.view,
            this.load,
            idleSeconds,
            this.ended.signal,
            onFailure("stopped"),
        );
    }

    /** Starts a proxy in front of a platform. */
    static async start(world: EdgeWorld, options: EdgeOptions = {}): Promise<Edge> {
        const edge = new Edge(world, options);
        const { certificate } = options;
        edge.servers.push(plainServer());
        if (certificate !== undefined) {
            const certificateOf = typeof certificate === "function" ? certificate : () => certificate;
            // A certificate for all hosts is none for a host that no app has.
            edge.servers.push(
                tlsServer((host) => (world.service(host) === undefined ? undefined : certificateOf(host))),
            );
        }
        edge.servers.forEach((server) => edge.handle(server));
        const { address, httpPort, httpsPort } = options.listen ?? ANYWHERE;
        const ports = [httpPort, httpsPort];
        edge.ports = await Promise.all(
            edge.servers.map((server, index) => listen(server, ports[index] ?? 0, address)),
        );
        return edge;
    }

    get httpPort(): number {
        return this.portOf(0);
    }

    /** Throws when the proxy was started without a certificate. */
    get httpsPort(): number {
        return this.portOf(1);
    }

    /** What each machine has been sent, by its id. */
    get served(): Record<string, Served> {
        return this.load.served();
    }

    /** Requests and open websockets on a machine right now. */
    inFlight(machineId: string): number {
        return this.load.inFlight(machineId);
    }

    /** Has autostop look after a host's app before its first request. */
    watch(host: string): void {
        this.view.service(host);
    }

    /** Ends all connections and comes back when nothing is left that would call the platform. */
    async stop(): Promise<void> {
        this.ended.abort();
        const closed = this.servers.map((server) => new Promise((resolve) => server.close(resolve)));
        this.sockets.forEach((socket) => socket.destroy());
        await Promise.all([...closed, this.starter.settled(), this.autostopping]);
    }

    private portOf(index: number): number {
        const port = this.ports[index];
        if (port === undefined) {
            throw new Error("the edge was started without a certificate");
        }
        return port;
    }

    private handle(server: Server | TlsServer): void {
        server.on("connection", (socket: Socket) => {
            this.sockets.add(socket);
            socket.on("close", () => this.sockets.delete(socket));
        });
        server.on("request", (request: IncomingMessage, response: ServerResponse) => {
            const deliver: Passage["deliver"] = (answer) => relay(passage, answer);
            // A machine that believes it is asked no more may cut off what it has not read, and its answer with it.
            const passage = passageOf(request, response, ["connection", "keep-alive"], deliver);
            void this.pass(passage);
        });
        server.on("upgrade", (request: IncomingMessage, _: unknown, head: Buffer) => {
            const { socket } = request;
            const response = new ServerResponse(request);
            response.shouldKeepAlive = false;
            response.assignSocket(socket);
            response.once("finish", () => socket.destroySoon());
            const deliver: Passage["deliver"] = (answer, connected) =>
                deliverUpgrade(passage, socket, head, answer, connected);
            const passage = passageOf(request, response, upgradeHeaders(request), deliver);
            void this.pass(passage);
        });
    }

    /** Never rejects: what goes wrong is the client's answer. */
    private async pass(passage: Passage): Promise<void> {
        const { request, response, requestId } = passage;
        try {
            const [host = ""] = (request.headers.host ?? "").split(":");
            const service = this.view.service(host);
            if (service === undefined) {
                throw new ProxyError(404, "PR02", `no app has the host ${host}`);
            }
            if (service.forceHttps && !isSecure(request)) {
                response
                    .writeHead(301, { location: this.secureUrl(request), "fly-request-id": requestId })
                    .end();
                return;
            }
            await forward(this.dispatcher, this.region, service, passage);
        } catch (error) {
            refuse(passage, error);
        }
    }

    /** Where a plain request belongs. A client that came to another port than 80 finds TLS on another than 443. */
    private secureUrl({ headers: { host = "" }, url = "/" }: IncomingMessage): string {
        const [name = "", port] = host.split(":");
        return `https://${name}${port === undefined ? "" : `:${this.ports[1] ?? 443}`}${url}`;
    }
}
