import { logs, until } from "../support/containers";
import { HOST, NEVER, RouteScene, Server } from "../support/routeScene";
import { eventually } from "../support/through";

jest.setTimeout(120_000);
let scene: RouteScene;

beforeAll(async () => {
    scene = await RouteScene.start("put-back");
});

afterAll(() => scene.end());

async function healthQuestions(to: Server): Promise<number> {
    return (await logs(to.container)).split("GET /health").length - 1;
}

describe("a new server that is no good", () => {
    it("brings the old one back when it exits after the switch, and tells its last words", async () => {
        const { a, b, start, end } = await scene.release(NEVER);
        const { answer } = await scene.slowRequest(a);
        const failed = start().catch((error: unknown) => (error as Error).message);
        await scene.served("b");
        await b.touch("exit");
        const message = await failed;
        expect(message).toMatch(
            /^the route of app leads to the version before again: .* \(image node:20-slim\) .*exited with code 9\n/,
        );
        expect(message).toContain("  | last words");
        expect((await scene.served("a")).status).toBe(200);
        await a.touch("go");
        expect((await answer).body).toBe("a");
        await end();
    });

    it("brings the old one back when it turns red after the switch", async () => {
        const { a, b, start, end } = await scene.release(NEVER);
        const { answer } = await scene.slowRequest(a);
        const failed = expect(start()).rejects.toThrow(
            /^the route of app leads to the version before again: .* stopped answering soon after it was ready/,
        );
        await scene.served("b");
        await b.touch("red");
        await failed;
        expect((await scene.served("a")).status).toBe(200);
        await a.touch("go");
        expect((await answer).body).toBe("a");
        await end();
    });

    it.each(["red", "silent"])(
        "brings the old one back when it is %s after the switch, though nobody waits for anything else",
        async (mood) => {
            const { start, end } = await scene.release(3);
            const failed = expect(start()).rejects.toThrow(/stopped answering soon after it was ready/);
            await eventually(
                () => scene.through.get(HOST, `/b/${mood}`),
                ({ body }) => body === "b",
            );
            await failed;
            expect(await scene.served("a")).toEqual({ status: 200, body: "a" });
            await end();
        },
    );

    it("brings back who was live, though a run that was killed has put him there", async () => {
        const { start, killedAfterMoveTo, end } = await scene.release(NEVER);
        const c = await scene.startServer("c");
        const found = await killedAfterMoveTo(c);
        const { answer } = await scene.slowRequest(c);
        const failed = expect(start(found)).rejects.toThrow(/leads to the version before again/);
        await eventually(
            () => scene.through.get(HOST, "/b/red"),
            ({ body }) => body === "b",
        );
        await failed;
        expect(await scene.served("c")).toEqual({ status: 200, body: "c" });
        await c.touch("go");
        expect((await answer).body).toBe("c");
        await end();
    });

    it("brings back the old one, though a run that was killed has moved the route already", async () => {
        const { a, b, start, killedAfterMoveTo, end } = await scene.release(NEVER);
        const { answer } = await scene.slowRequest(a);
        const found = await killedAfterMoveTo(b);
        const before = await healthQuestions(b);
        const failed = expect(start(found)).rejects.toThrow(/leads to the version before again/);
        // One before the route is written, one perhaps of the router's own: more come of the watch.
        await until(
            async () => (await healthQuestions(b)) >= before + 4,
            () => logs(b.container),
        );
        await b.touch("red");
        await failed;
        expect(await scene.served("a")).toEqual({ status: 200, body: "a" });
        await a.touch("go");
        expect((await answer).body).toBe("a");
        await end();
    });

    it("says as much of one without a health check when it ends", async () => {
        const { a, b, start, end } = await scene.release(NEVER, scene.provider, {});
        const { answer } = await scene.slowRequest(a);
        const failed = start().catch((error: unknown) => (error as Error).message);
        await scene.served("b");
        await b.touch("exit");
        expect(await failed).toContain("  | last words");
        expect(await scene.served("a")).toEqual({ status: 200, body: "a" });
        await a.touch("go");
        expect((await answer).body).toBe("a");
        await end();
    });

    it("gets no request when it has ended since it was ready", async () => {
        const { b, start, end } = await scene.release(NEVER);
        await b.touch("exit");
        await b.container.wait();
        await expect(start()).rejects.toThrow("does not run: it exited with code 9");
        expect((await scene.through.get(HOST)).body).toBe("a");
        await end();
    });
});
