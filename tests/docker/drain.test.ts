import type Docker from "dockerode";
import { WebSocket } from "ws";
import { Containers, exec, logs, until } from "../support/containers";
import { createNetwork, providerOnEngine } from "../support/onEngine";
import { ProviderClient, Values } from "../support/providerClient";
import { TestRouter } from "../support/router";
import { Answer, eventually, Through } from "../support/through";

const ROUTE = "berth:index:Route";
const HOST = "app.example";
/** Longer than any test may last: whoever waits for it fails. */
const NEVER = 3600;

jest.setTimeout(120_000);
const containers = new Containers("drain");
let provider: ProviderClient;
let network: Awaited<ReturnType<typeof createNetwork>>;
let router: TestRouter;
let through: Through;
let port: number;

beforeAll(async () => {
    provider = await providerOnEngine();
    network = await createNetwork(containers);
    router = await TestRouter.start(
        containers,
        provider,
        { logLevel: "INFO" },
        { network: network.name, ports: [80] },
    );
    port = await router.portOf(80);
    through = new Through(port);
});

afterAll(async () => {
    await containers.removeAll();
    await router.removeFiles();
    await network.remove();
    provider.close();
});

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

interface Server {
    readonly container: Docker.Container;
    readonly url: string;
    touch(file: string): Promise<void>;
}

async function startServer(name: string): Promise<Server> {
    const container = await containers.start("node:20-slim", {
        Cmd: ["node", "-e", SERVER, name],
        HostConfig: { NetworkMode: network.name, Init: true },
    });
    const url = `http://${(await container.inspect()).Name.slice(1)}:3000`;
    const ask = ["node", "-e", `fetch("${url}/health").then(() => process.exit(0), () => process.exit(1))`];
    await provider.create("berth:index:Ready", {
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
async function release(drainSeconds: number, by = provider) {
    const [a, b] = await Promise.all([startServer("a"), startServer("b")]);
    const inputs = (server: Server): Values => ({
        router: router.container.id,
        app: "app",
        routes: [{ host: HOST, entryPoint: "web" }],
        servers: [server.url],
        healthPath: "/health",
        drainSeconds,
    });
    const { id, state } = await by.create(ROUTE, inputs(a));
    let over = false;
    const start = (before = state) => {
        const update = by.update(ROUTE, id, before, inputs(b));
        const ended = () => {
            over = true;
        };
        update.then(ended, ended);
        return update;
    };
    /** What the next update finds after one that was killed when it had moved the route, and nobody was drained. */
    const killedAfterMoveTo = async (server: Server) => {
        await by.update(ROUTE, id, state, { ...inputs(server), drainSeconds: 0 });
        return (await by.read(ROUTE, id, state)).state;
    };
    return {
        a,
        b,
        start,
        isOver: () => over,
        state,
        killedAfterMoveTo,
        end: () => provider.delete(ROUTE, id, state),
    };
}

/** A request that the server holds. */
async function slowRequest(to: Server): Promise<{ answer: Promise<Answer> }> {
    const answer = through.get(HOST, "/slow", NEVER);
    await until(
        async () => (await logs(to.container)).includes("/slow"),
        () => logs(to.container),
    );
    return { answer };
}

function served(by: string): Promise<Answer> {
    return eventually(
        () => through.get(HOST),
        ({ body }) => body === by,
    );
}

describe("a route that moves", () => {
    it("waits for what is in flight on the old server, and no longer", async () => {
        const { a, b, start, isOver, end } = await release(NEVER);
        const { answer } = await slowRequest(a);
        const update = start();
        await served("b");
        expect(isOver()).toBe(false);
        await a.touch("go");
        expect(await answer).toEqual({ status: 200, body: "a" });
        await update;
        expect((await through.get(HOST)).body).toBe("b");
        // Idle connections of requests before are no reason to wait, nor is traffic to the new one.
        expect(await logs(b.container)).toContain("GET /");
        await end();
    });

    it("waits for a websocket as long as it may, which then is still open", async () => {
        const { a, start, end } = await release(2);
        const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { headers: { host: HOST } });
        await new Promise((resolve, reject) => socket.on("open", resolve).on("error", reject));
        await start();
        expect(socket.readyState).toBe(WebSocket.OPEN);
        const closed = new Promise((resolve) => socket.on("close", resolve));
        await a.touch("exit");
        await closed;
        await end();
    });

    it("waits for nothing when no time is given", async () => {
        const { a, start, end } = await release(0);
        const { answer } = await slowRequest(a);
        await start();
        await a.touch("go");
        expect((await answer).body).toBe("a");
        await end();
    });

    it("waits for nothing on a server that is gone", async () => {
        const { a, start, end } = await release(NEVER);
        await a.container.kill();
        await start();
        expect((await through.get(HOST)).body).toBe("b");
        await end();
    });

    it("waits for what a run that was killed has not waited for", async () => {
        const { a, b, start, isOver, killedAfterMoveTo, end } = await release(NEVER);
        const { answer } = await slowRequest(a);
        const found = await killedAfterMoveTo(b);
        const update = start(found);
        await served("b");
        expect(isOver()).toBe(false);
        await a.touch("go");
        expect(await answer).toEqual({ status: 200, body: "a" });
        const state = await update;
        expect(state).not.toHaveProperty("undrained");
        await end();
    });

    it("is put back when it is cancelled", async () => {
        const own = await providerOnEngine();
        const { a, start, end } = await release(NEVER, own);
        const { answer } = await slowRequest(a);
        const failed = start().catch((error: unknown) => (error as Error).message);
        await served("b");
        await own.cancel();
        expect(await failed).toBe(
            "the route of app leads to the version before again: the update was cancelled",
        );
        own.close();
        expect((await served("a")).status).toBe(200);
        await a.touch("go");
        expect((await answer).body).toBe("a");
        await end();
    });
});

describe("a new server that is no good", () => {
    it("brings the old one back when it exits after the switch, and tells its last words", async () => {
        const { a, b, start, end } = await release(NEVER);
        const { answer } = await slowRequest(a);
        const failed = start().catch((error: unknown) => (error as Error).message);
        await served("b");
        await b.touch("exit");
        const message = await failed;
        expect(message).toMatch(
            /^the route of app leads to the version before again: .* \(image node:20-slim\) .*exited with code 9\n/,
        );
        expect(message).toContain("  | last words");
        expect((await served("a")).status).toBe(200);
        await a.touch("go");
        expect((await answer).body).toBe("a");
        await end();
    });

    it("brings the old one back when it turns red after the switch", async () => {
        const { a, b, start, end } = await release(NEVER);
        const { answer } = await slowRequest(a);
        const failed = expect(start()).rejects.toThrow(
            /^the route of app leads to the version before again: .* stopped answering soon after it was ready/,
        );
        await served("b");
        await b.touch("red");
        await failed;
        expect((await served("a")).status).toBe(200);
        await a.touch("go");
        expect((await answer).body).toBe("a");
        await end();
    });

    it.each(["red", "silent"])(
        "brings the old one back when it is %s after the switch, though nobody waits for anything else",
        async (mood) => {
            const { start, end } = await release(1);
            const failed = expect(start()).rejects.toThrow(/stopped answering soon after it was ready/);
            await eventually(
                () => through.get(HOST, `/b/${mood}`),
                ({ body }) => body === "b",
            );
            await failed;
            expect(await served("a")).toEqual({ status: 200, body: "a" });
            await end();
        },
    );

    it("brings back who was live, though a run that was killed has put him there", async () => {
        const { start, killedAfterMoveTo, end } = await release(NEVER);
        const c = await startServer("c");
        const found = await killedAfterMoveTo(c);
        const { answer } = await slowRequest(c);
        const failed = expect(start(found)).rejects.toThrow(/leads to the version before again/);
        await eventually(
            () => through.get(HOST, "/b/red"),
            ({ body }) => body === "b",
        );
        await failed;
        expect(await served("c")).toEqual({ status: 200, body: "c" });
        await c.touch("go");
        expect((await answer).body).toBe("c");
        await end();
    });

    it("gets no request when it has ended since it was ready", async () => {
        const { b, start, end } = await release(NEVER);
        await b.touch("exit");
        await b.container.wait();
        await expect(start()).rejects.toThrow("does not run: it exited with code 9");
        expect((await through.get(HOST)).body).toBe("a");
        await end();
    });
});

describe("a route that is deleted", () => {
    it("lets what is in flight end", async () => {
        const { a, end } = await release(NEVER);
        const { answer } = await slowRequest(a);
        const deleted = end();
        await eventually(
            () => through.get(HOST),
            ({ status }) => status === 404,
        );
        await a.touch("go");
        expect((await answer).body).toBe("a");
        await deleted;
    });
});
