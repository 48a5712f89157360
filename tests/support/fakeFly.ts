import { createServer, IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { json } from "node:stream/consumers";
import { WebSocketServer } from "ws";
import type { EdgeMachine, EdgeService, EdgeWorld } from "../../rehearsal/fly/edgeWorld";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Settings = Partial<Mutable<Omit<EdgeService, "app" | "internalPort" | "machines">>>;

/** A machine whose container is a little HTTP server on a loopback address of its own. */
export class FakeMachine implements Mutable<EdgeMachine> {
    instanceId = "01";
    region = "iad";
    state = "stopped";
    cordoned = false;
    healthy = true;
    /** Paths of the requests that came. */
    readonly requests: string[] = [];
    private server: Server | undefined;
    /** Websockets are not among the connections that an HTTP server closes. */
    private readonly sockets = new Set<Socket>();
    private readonly held: (() => void)[] = [];

    constructor(
        readonly id: string,
        readonly address: string,
    ) {}

    async boot(port: number): Promise<number> {
        const server = createServer((request, response) => this.answer(request, response));
        const websockets = new WebSocketServer({ server, path: "/ws" });
        websockets.on("connection", (socket) => {
            socket.on("message", (data: Buffer) => socket.send(`${this.id} ${data.toString()}`));
        });
        server.on("connection", (socket) => {
            this.sockets.add(socket);
            socket.on("close", () => this.sockets.delete(socket));
        });
        this.server = server;
        await new Promise<void>((resolve, reject) => {
            server.once("error", reject).listen(port, this.address, resolve);
        });
        this.state = "started";
        return (server.address() as AddressInfo).port;
    }

    /** Ends the program at once, with all its connections. */
    async kill(): Promise<void> {
        const { server } = this;
        this.server = undefined;
        if (server !== undefined) {
            const closed = new Promise((resolve) => server.close(resolve));
            this.sockets.forEach((socket) => socket.destroy());
            await closed;
        }
    }

    /** Lets all requests to /hold be answered. */
    release(): void {
        this.held.splice(0).forEach((answer) => answer());
    }

    /** Requests to /hold that wait for `release`. */
    get holding(): number {
        return this.held.length;
    }

    private answer(request: IncomingMessage, response: ServerResponse): void {
        const url = new URL(request.url ?? "/", "http://machine");
        this.requests.push(url.pathname);
        const headers = request.headers;
        switch (url.pathname) {
            case "/headers":
                response.setHeader("set-cookie", ["a=1", "b=2"]).end(JSON.stringify(headers));
                return;
            case "/echo":
                request.pipe(response.writeHead(201, "Made"));
                return;
            case "/early":
                response.end(this.id);
                return;
            case "/hold":
                this.held.push(() => response.end(this.id));
                return;
            case "/stream":
                response.write("first");
                this.held.push(() => response.end("last"));
                return;
            case "/cut":
                request.socket.destroy();
                return;
            case "/cut-late":
                response.writeHead(200, { "content-length": "100" }).write("half");
                this.held.push(() => request.socket.destroy());
                return;
            case "/replay":
                if (headers["fly-replay-src"] === undefined || url.searchParams.has("always")) {
                    response.writeHead(204, { "fly-replay": url.searchParams.get("to") ?? "" }).end();
                } else {
                    void json(request).then((body) => {
                        response.end(JSON.stringify({ id: this.id, src: headers["fly-replay-src"], body }));
                    });
                }
                return;
            default:
                request.resume().on("end", () => response.end(this.id));
        }
    }
}

/** A platform with one app, `shop`, behind shop.fly.dev; tests set its machines' states themselves. */
export class FakeWorld implements EdgeWorld {
    readonly machines: FakeMachine[] = [];
    readonly settings: Settings = {};
    /** Ids in the order in which the proxy asked for them. */
    readonly started: string[] = [];
    readonly stopped: string[] = [];
    /** What a start does before the machine's program runs. */
    beforeStart: (machine: FakeMachine) => Promise<void> = () => Promise.resolve();
    private port = 0;

    service(host: string): EdgeService | undefined {
        if (host !== "shop.fly.dev") {
            return undefined;
        }
        return {
            ...{ forceHttps: false, autostart: false, autostop: "off" as const, minMachinesRunning: 0 },
            ...this.settings,
            app: "shop",
            internalPort: this.port,
            machines: () =>
                this.machines.map(({ id, instanceId, region, state, cordoned, healthy, address }) => {
                    return { id, instanceId, region, state, cordoned, healthy, address };
                }),
        };
    }

    /** Makes a machine; it runs unless its state says otherwise. */
    async add(
        options: Partial<Pick<FakeMachine, "region" | "state" | "cordoned" | "healthy">> = {},
    ): Promise<FakeMachine> {
        const number = this.machines.length + 1;
        const machine = new FakeMachine(`m${number}`, `127.0.0.${number + 1}`);
        if ((options.state ?? "started") === "started" || this.port === 0) {
            this.port = await machine.boot(this.port);
        }
        Object.assign(machine, options);
        if (machine.state !== "started") {
            await machine.kill();
        }
        this.machines.push(machine);
        return machine;
    }

    async start(id: string): Promise<void> {
        this.started.push(id);
        const machine = this.machine(id);
        machine.state = "starting";
        try {
            await this.beforeStart(machine);
            await machine.boot(this.port);
        } catch (error) {
            machine.state = "stopped";
            throw error;
        }
    }

    async stop(id: string): Promise<void> {
        this.stopped.push(id);
        const machine = this.machine(id);
        machine.state = "stopping";
        await machine.kill();
        machine.state = "stopped";
    }

    async killAll(): Promise<void> {
        await Promise.all(this.machines.map((machine) => machine.kill()));
    }

    private machine(id: string): FakeMachine {
        const machine = this.machines.find((each) => each.id === id);
        if (machine === undefined) {
            throw new Error(`there is no machine ${id}`);
        }
        return machine;
    }
}
