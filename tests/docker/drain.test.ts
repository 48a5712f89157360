import { WebSocket } from "ws";
import { logs } from "../support/containers";
import { providerOnEngine } from "../support/onEngine";
import { HOST, NEVER, RouteScene } from "../support/routeScene";
import { eventually } from "../support/through";

jest.setTimeout(120_000);
let scene: RouteScene;

beforeAll(async () => {
    scene = await RouteScene.start("drain");
});

afterAll(() => scene.end());

describe("a route that moves", () => {
    it("waits for what is in flight on the old server, and no longer", async () => {
        const { a, b, start, isOver, end } = await scene.release(NEVER);
        const { answer } = await scene.slowRequest(a);
        const update = start();
        await scene.served("b");
        expect(isOver()).toBe(false);
        await a.touch("go");
        expect(await answer).toEqual({ status: 200, body: "a" });
        await update;
        expect((await scene.through.get(HOST)).body).toBe("b");
        // Idle connections of requests before are no reason to wait, nor is traffic to the new one.
        expect(await logs(b.container)).toContain("GET /");
        await end();
    });

    it("waits for a websocket as long as it may, which then is still open", async () => {
        const { a, start, end } = await scene.release(2);
        const socket = new WebSocket(`ws://127.0.0.1:${scene.port}/`, { headers: { host: HOST } });
        await new Promise((resolve, reject) => socket.on("open", resolve).on("error", reject));
        await start();
        expect(socket.readyState).toBe(WebSocket.OPEN);
        const closed = new Promise((resolve) => socket.on("close", resolve));
        await a.touch("exit");
        await closed;
        await end();
    });

    it("waits for nothing when no time is given", async () => {
        const { a, start, end } = await scene.release(0);
        const { answer } = await scene.slowRequest(a);
        await start();
        await a.touch("go");
        expect((await answer).body).toBe("a");
        await end();
    });

    it("waits for nothing on a server that is gone", async () => {
        const { a, start, end } = await scene.release(NEVER);
        await a.container.kill();
        await start();
        expect((await scene.through.get(HOST)).body).toBe("b");
        await end();
    });

    it("waits for what a run that was killed has not waited for", async () => {
        const { a, b, start, isOver, killedAfterMoveTo, end } = await scene.release(NEVER);
        const { answer } = await scene.slowRequest(a);
        const found = await killedAfterMoveTo(b);
        const update = start(found);
        await scene.served("b");
        expect(isOver()).toBe(false);
        await a.touch("go");
        expect(await answer).toEqual({ status: 200, body: "a" });
        const state = await update;
        expect(state).not.toHaveProperty("undrained");
        await end();
    });

    it("is put back when it is cancelled", async () => {
        const own = await providerOnEngine();
        const { a, start, end } = await scene.release(NEVER, own);
        const { answer } = await scene.slowRequest(a);
        const failed = start().catch((error: unknown) => (error as Error).message);
        await scene.served("b");
        await own.cancel();
        expect(await failed).toBe(
            "the route of app leads to the version before again: the update was cancelled",
        );
        own.close();
        expect((await scene.served("a")).status).toBe(200);
        await a.touch("go");
        expect((await answer).body).toBe("a");
        await end();
    });
});

describe("a route that is deleted", () => {
    it("lets what is in flight end", async () => {
        const { a, end } = await scene.release(NEVER);
        const { answer } = await scene.slowRequest(a);
        const deleted = end();
        await eventually(
            () => scene.through.get(HOST),
            ({ status }) => status === 404,
        );
        await a.touch("go");
        expect((await answer).body).toBe("a");
        await deleted;
    });
});
