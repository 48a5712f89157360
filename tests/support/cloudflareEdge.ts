import { WebSocket } from "ws";
import { createAuthority } from "../../rehearsal/certificates";
import { SimulatedCloudflare, SimulatedCloudflareArgs } from "../../rehearsal/cloudflare";
import { Edge, EdgeOptions } from "../../rehearsal/cloudflare/edge";
import {
    ACCOUNT,
    CloudflareCalls,
    startCloudflare,
    stopCloudflares,
    TUNNEL_SECRET,
    ZONE,
} from "./cloudflare";
import type { EdgeRequest } from "./edgeClient";
import { ask, EdgeAnswer } from "./edgeClient";
import { ConnectorToken, killConnectors, ScriptedConnector, Serve } from "./scriptedConnector";

export const HOST = "web.shop.example";
export const RULES = [{ hostname: HOST, service: "http://router:8080" }, { service: "http_status:404" }];

const edges: Edge[] = [];

/** Cloudflare with an edge, a tunnel with rules, and a record of a host that leads to it. */
export class EdgeScene {
    private constructor(
        readonly cloudflare: SimulatedCloudflare,
        readonly calls: CloudflareCalls,
        readonly edge: Edge,
        /** Certificate of who signs for the edge, as PEM. */
        readonly trusted: string,
        readonly token: ConnectorToken,
        private readonly address: string,
    ) {}

    static async start(
        args: Partial<SimulatedCloudflareArgs> = {},
        options: Partial<EdgeOptions> = {},
    ): Promise<EdgeScene> {
        const authority = await createAuthority("test");
        const cloudflare = await startCloudflare(args);
        const edge = await Edge.start({ world: cloudflare, authority, ...options });
        edges.push(edge);
        const calls = new CloudflareCalls(cloudflare.url);
        const { id } = await calls.result("POST", TUNNELS, {
            name: "prod",
            config_src: "cloudflare",
            tunnel_secret: TUNNEL_SECRET,
        });
        const token = { account: ACCOUNT, tunnel: String(id), secret: TUNNEL_SECRET };
        const scene = new EdgeScene(
            cloudflare,
            calls,
            edge,
            authority.certificate,
            token,
            options.address ?? "127.0.0.1",
        );
        await scene.setRules(RULES);
        await scene.record(HOST);
        return scene;
    }

    get tunnelPath(): string {
        return `${TUNNELS}/${this.token.tunnel}`;
    }

    /** The tunnel as the API tells it. */
    tunnel(): Promise<Readonly<Record<string, unknown>>> {
        return this.calls.result("GET", this.tunnelPath);
    }

    async setRules(ingress: readonly unknown[]): Promise<void> {
        await this.calls.result("PUT", `${this.tunnelPath}/configurations`, { config: { ingress } });
    }

    /** Makes a record; by default a proxied one to the tunnel. */
    async record(name: string, given: Readonly<Record<string, unknown>> = {}): Promise<void> {
        const content = `${this.token.tunnel}.cfargotunnel.com`;
        const record = { type: "CNAME", name, content, proxied: true, ttl: 1, ...given };
        await this.calls.result("POST", `/zones/${ZONE}/dns_records`, record);
    }

    /** A connector that dials the edge; one that holds its rules back says nothing to them until it is told to. */
    dial(serve?: Serve, token: Partial<ConnectorToken> = {}, holdsRules = false): Promise<ScriptedConnector> {
        const whole = { ...this.token, ...token };
        return ScriptedConnector.dial(this.edge.connectorAddress, this.trusted, whole, serve, holdsRules);
    }

    /** Asks over TLS. */
    ask(path: string, asked: EdgeRequest = {}): Promise<EdgeAnswer> {
        const { trusted, address } = this;
        return ask(this.edge.httpsPort, path, { host: HOST, trusted, address, ...asked });
    }

    /** Opens a websocket over TLS; rejects with the status of another answer. */
    async socket(path: string): Promise<WebSocket> {
        const socket = new WebSocket(`wss://${HOST}:${this.edge.httpsPort}${path}`, {
            ca: this.trusted,
            lookup: (_, options, callback) => {
                const found = { address: this.address, family: 4 };
                if (options.all === true) {
                    callback(null, [found]);
                } else {
                    callback(null, found.address, found.family);
                }
            },
        });
        await new Promise((resolve, reject) => {
            socket.once("open", resolve).once("error", reject);
            socket.once("unexpected-response", (_, { statusCode }) =>
                reject(new Error(`status ${statusCode ?? 0}`)),
            );
        });
        return socket;
    }

    /** Status and first line of an answer. */
    async brief(path: string, asked: EdgeRequest = {}): Promise<string> {
        const { status, body } = await this.ask(path, asked);
        return `${status} ${body.split("\n")[0] ?? ""}`;
    }
}

const TUNNELS = `/accounts/${ACCOUNT}/cfd_tunnel`;

/** Ends all scenes, their connectors first. */
export async function endScenes(): Promise<void> {
    killConnectors();
    await Promise.all(edges.splice(0).map((edge) => edge.stop()));
    await stopCloudflares();
}
