import type Docker from "dockerode";
import { Containers, exec, logs, until } from "./containers";
import { createNetwork, providerOnEngine } from "./onEngine";
import { ProviderClient, Values } from "./providerClient";
import { TestRouter } from "./router";
import { Answer, eventually, Through } from "./through";

const ROUTE = "berth:index:Route";
export const HOST = "app.example";
/** Longer than any test may last: whoever waits for it fails. */
export const NEVER = 3600;

/**
 * Answers with its name: `/slow` once the file /tmp/go is there, `/health` unless /tmp/red is there, anything else at once.
 * It exits when /tmp/exit is there. `upgrade` gets a connection that stays open. Asked for `/b/red`, the server b is red from
 * then on; for `/b/silent`, it answers no question for its health any more.
 */
const SERVER = `
const { existsSync } = require("node:fs");
const name = process.argv[1];
const when = (file, act) => { const timer = setInterval(() => existsSync(file) && (clearInterval(timer), act()), 20); };
when("/tmp/exit", () => { console.log("last words"); process.exit(9); });
let mood;
const server = require("node:http").createServer((request, response) => {
    console.log(request.method, request.url);
    if (request.url.startsWith("/" + name + "/")) { mood = request.url.split("/")[2]; }
    if (request.url === "/health" && mood === "silent") { return; }
    if (request.url === "/slow") { when("/tmp/go", () => response.end(name)); return; }
    response.statusCode = request.url === "/health" && (existsSync("/tmp/red") || mood === "red") ? 503 : 200;
    response.end(name);
});
server.on("upgrade", (request, socket) => {
    const { createHash } = require("node:crypto");
    const accept = createHash("sha1").update(request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest("base64");
    socket.write("HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\nSec-WebSocket-Accept: " + accept + "\\r\\n\\r\\n");
});
server.listen(3000);`;

/** One version of the app. */
export interface Server {
    readonly container: Docker.Container;
    readonly url: string;
    touch(file: string): Promise<void>;
}

/** A router with an app behind it, whose route moves from one version to the next. */
export class RouteScene {
    private constructor(
        readonly containers: Containers,
        readonly provider: ProviderClient,
        private readonly network: Awaited<ReturnType<typeof createNetwork>>,
        private readonly router: TestRouter,
        readonly port: number,
        readonly through: Through,
    ) {}

    static async start(purpose: string): Promise<RouteScene> {
        const containers = new Containers(purpose);
        const provider = await providerOnEngine();
        const network = await createNetwork(containers);
        const options = { network: network.name, ports: [80] };
        const router = await TestRouter.start(containers, provider, { logLevel: "INFO" }, options);
        const port = await router.portOf(80);
        return new RouteScene(containers, provider, network, router, port, new Through(port));
    }

    async end(): Promise<void> {
        await this.containers.removeAll();
        await this.router.removeFiles();
        await this.network.remove();
        this.provider.close();
    }

    async startServer(name: string): Promise<Server> {
        const container = await this.containers.start("node:20-slim", {
            Cmd: ["node", "-e", SERVER, name],
            HostConfig: { NetworkMode: this.network.name, Init: true },
        });
        const url = `http://${(await container.inspect()).Name.slice(1)}:3000`;
        const ask = [
            "node",
            "-e",
            `fetch("${url}/health").then(() => process.exit(0), () => process.exit(1))`,
        ];
        await this.provider.create("berth:index:Ready", {
            container: container.id,
            command: ask,
            timeoutSeconds: 50,
        });
        return {
            container,
            url,
            touch: async (file) => {
                await exec(container, ["touch", `/tmp/${file}`]);
            },
        };
    }

    /** Two versions, and a route to the first. */
    async release(
        drainSeconds: number,
        by = this.provider,
        asked: Values = { healthPath: "/health" },
    ): Promise<Release> {
        const [a, b] = await Promise.all([this.startServer("a"), this.startServer("b")]);
        const inputs = (server: Server): Values => ({
            router: this.router.container.id,
            app: "app",
            routes: [{ host: HOST, entryPoint: "web" }],
            servers: [server.url],
            drainSeconds,
            ...asked,
        });
        const { id, state } = await by.create(ROUTE, inputs(a));
        let over = false;
        return {
            a,
            b,
            start: (before = state) => {
                const update = by.update(ROUTE, id, before, inputs(b));
                const ended = () => {
                    over = true;
                };
                update.then(ended, ended);
                return update;
            },
            isOver: () => over,
            killedAfterMoveTo: async (server) => {
                await by.update(ROUTE, id, state, { ...inputs(server), drainSeconds: 0 });
                return (await by.read(ROUTE, id, state)).state;
            },
            end: () => this.provider.delete(ROUTE, id, state),
        };
    }

    /** A request that the server holds. */
    async slowRequest(to: Server): Promise<{ answer: Promise<Answer> }> {
        const answer = this.through.get(HOST, "/slow", NEVER);
        await until(
            async () => (await logs(to.container)).includes("/slow"),
            () => logs(to.container),
        );
        return { answer };
    }

    served(by: string): Promise<Answer> {
        return eventually(
            () => this.through.get(HOST),
            ({ body }) => body === by,
        );
    }
}

/** A release of b behind a. */
interface Release {
    readonly a: Server;
    readonly b: Server;
    /** Moves the route, from a state that is known of it or the one of a. */
    readonly start: (before?: Values) => Promise<Values>;
    readonly isOver: () => boolean;
    /** What the next update finds after one that was killed when it had moved the route, and nobody was drained. */
    readonly killedAfterMoveTo: (server: Server) => Promise<Values>;
    readonly end: () => Promise<void>;
}
