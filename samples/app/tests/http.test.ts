import { connect } from "node:net";
import { hostname } from "node:os";
import { CHECK_TIMEOUT_MS } from "../src/health";
import { MAX_BODY_BYTES } from "../src/http";
import { FakeDatabase, FakeStore, Options, Running, run, send } from "./support";

// Roomy for a busy machine, and below the 30 seconds that the slowest answer may take.
jest.setTimeout(20_000);

let running: Running | undefined;

afterEach(async () => {
    await running?.app.stop();
    running = undefined;
});

async function serve(...args: Parameters<typeof run>) {
    running = await run({ SHUTDOWN_SECONDS: "0", ...args[0] }, args[1]);
    const { port, lines } = running;
    return { port, lines, get: (path: string, options?: Options) => send(port, path, options) };
}

const value = (text: unknown, method = "POST") => ({ method, body: JSON.stringify({ value: text }) });

describe("health", () => {
    test("what is not configured is left out", async () => {
        const { get } = await serve();
        const reply = await get("/health");
        expect(reply.status).toBe(200);
        expect(reply.body).toEqual({ status: "ok", app: "shop", version: "1.2.3" });
        expect(reply.headers["cache-control"]).toBe("no-store");
    });

    test("on a path of one's own, with each dependency", async () => {
        const services = { database: new FakeDatabase(), store: new FakeStore() };
        const { get } = await serve({ HEALTH_PATH: "/api/v1/health" }, services);
        expect(await get("/api/v1/health?full")).toMatchObject({
            status: 200,
            body: { status: "ok", app: "shop", version: "1.2.3", database: "connected", redis: "connected" },
        });
        expect((await get("/health")).status).toBe(404);
    });

    test("says which dependency failed, and why in the log only", async () => {
        const services = { database: new FakeDatabase(), store: new FakeStore() };
        services.store.failure = new Error("connect ECONNREFUSED 10.0.0.9:6379");
        const { get, lines } = await serve({}, services);
        const reply = await get("/health");
        expect(reply.status).toBe(503);
        expect(reply.body).toMatchObject({ status: "error", database: "connected", redis: "unreachable" });
        expect(reply.text).not.toContain("10.0.0.9");
        expect(lines).toContainEqual(
            expect.objectContaining({
                level: "error",
                dependency: "redis",
                reason: services.store.failure.message,
            }),
        );
        services.store.failure = undefined;
        expect((await get("/health")).status).toBe(200);
    });

    test("a database that never answers is given up after 2 seconds", async () => {
        const database = new FakeDatabase();
        database.hangs = true;
        const { get } = await serve({}, { database });
        const started = performance.now();
        const reply = await get("/health");
        expect(reply).toMatchObject({ status: 503, body: { status: "error", database: "unreachable" } });
        expect(performance.now() - started).toBeGreaterThanOrEqual(CHECK_TIMEOUT_MS - 10);
        expect(CHECK_TIMEOUT_MS).toBe(2000);
    });
});

describe("paths", () => {
    test("the root says who answers", async () => {
        const { get } = await serve();
        const reply = await get("/");
        expect(reply).toMatchObject({
            status: 200,
            body: { app: "shop", version: "1.2.3", host: hostname() },
            headers: { "content-type": "application/json; charset=utf-8" },
        });
    });

    test.each(["/nope", "/health/", "/rows/1", "/__proto__", "/constructor"])(
        "%s is not there",
        async (path) => {
            const { get } = await serve();
            expect(await get(path, { headers: { accept: "text/html" } })).toMatchObject({
                status: 404,
                body: { error: "not found" },
            });
        },
    );

    test("a single-page app answers unknown paths, but only to browsers", async () => {
        const { get } = await serve({ SPA_FALLBACK: "true", APP_NAME: "<b>" });
        const browser = { headers: { accept: "text/html,*/*;q=0.8" } };
        const page = await get("/orders/7", browser);
        expect(page.status).toBe(200);
        expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
        expect(page.text).toContain("<title>&#60;b&#62;</title>");
        expect((await get("/orders/7", { headers: { accept: "*/*" } })).status).toBe(404);
        expect((await get("/orders/7", { ...browser, method: "POST" })).status).toBe(404);
        expect((await get("/health", browser)).body).toMatchObject({ status: "ok" });
    });

    test("a method that a path does not know", async () => {
        const { get } = await serve();
        const reply = await get("/rows", { method: "DELETE" });
        expect(reply.status).toBe(405);
        expect(reply.headers.allow).toBe("GET, POST");
    });

    test("HEAD is GET without a body", async () => {
        const { get } = await serve();
        const reply = await get("/health", { method: "HEAD" });
        expect([reply.status, reply.text]).toEqual([200, ""]);
    });

    test("a slow answer comes after its time", async () => {
        const { get } = await serve();
        const started = performance.now();
        expect((await get("/slow?ms=150")).body).toEqual({ ms: 150 });
        expect(performance.now() - started).toBeGreaterThanOrEqual(149);
        expect((await get("/slow?ms=soon")).status).toBe(400);
    });

    test("a client that goes away ends a slow answer, which is never longer than 30 seconds", async () => {
        const { port, lines } = await serve();
        const client = connect(port, "127.0.0.1");
        client.write("GET /slow?ms=999999 HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\n\r\n");
        await new Promise((resolve) => client.once("data", resolve));
        client.destroy();
        // A request that waited for its whole time would make this test fail by the limit above.
        while (!lines.some(({ status }) => status === "aborted")) {
            await new Promise((resolve) => setImmediate(resolve));
        }
    });
});

describe("rows", () => {
    test("are written and listed", async () => {
        const { get } = await serve({}, { database: new FakeDatabase() });
        expect(await get("/rows")).toMatchObject({ status: 200, body: [] });
        expect(await get("/rows", value("ü"))).toMatchObject({ status: 201, body: { id: 1, value: "ü" } });
        expect(await get("/rows", value("b"))).toMatchObject({ status: 201, body: { id: 2, value: "b" } });
        expect((await get("/rows")).body).toEqual([
            { id: 1, value: "ü" },
            { id: 2, value: "b" },
        ]);
    });

    test("503 without a database, and with one that fails", async () => {
        const without = await serve();
        expect(await without.get("/rows")).toMatchObject({
            status: 503,
            body: { error: "no database is configured" },
        });
        await running?.app.stop();

        const database = new FakeDatabase();
        database.failure = new Error("password authentication failed");
        const failing = await serve({}, { database });
        expect(await failing.get("/rows", value("a"))).toMatchObject({
            status: 503,
            body: { error: "database does not answer" },
        });
    });

    test.each([
        ["no JSON", "{", "the body is not JSON"],
        ["no body", undefined, "the body is not JSON"],
        ["no value", "{}", 'the body must be {"value": "text"}'],
        ["null", "null", 'the body must be {"value": "text"}'],
        ["a number", '{"value":1}', 'the body must be {"value": "text"}'],
        ["a NUL", '{"value":"a\\u0000"}', 'the body must be {"value": "text"}'],
    ])("400 for a body with %s", async (_, body, error) => {
        const database = new FakeDatabase();
        const { get } = await serve({}, { database });
        expect(await get("/rows", { method: "POST", body })).toMatchObject({ status: 400, body: { error } });
        expect(database.rows).toEqual([]);
    });

    test("413 for a body above the limit, none for one at it", async () => {
        const { get } = await serve({}, { database: new FakeDatabase() });
        const frame = JSON.stringify({ value: "" }).length;
        const atLimit = value("x".repeat(MAX_BODY_BYTES - frame));
        expect((await get("/rows", atLimit)).status).toBe(201);
        expect((await get("/rows", { ...atLimit, body: `${atLimit.body} ` })).status).toBe(413);
        expect((await get("/rows", value("x".repeat(20 * MAX_BODY_BYTES)))).status).toBe(413);
    });
});

describe("keys", () => {
    test("are set and read", async () => {
        const store = new FakeStore();
        const { get } = await serve({}, { store });
        expect(await get("/keys/a.b", value("1", "PUT"))).toMatchObject({
            status: 200,
            body: { name: "a.b", value: "1" },
        });
        expect(await get("/keys/a.b")).toMatchObject({ status: 200, body: { name: "a.b", value: "1" } });
        expect(await get("/keys/other")).toMatchObject({ status: 404, body: { error: "no key other" } });
        expect([...store.entries.keys()]).toEqual(["key:a.b"]);
    });

    test("400 for a name that is none, 503 without Redis", async () => {
        const { get } = await serve();
        expect((await get("/keys/a%20b")).status).toBe(400);
        expect((await get("/keys/")).status).toBe(400);
        expect(await get("/keys/a")).toMatchObject({
            status: 503,
            body: { error: "no redis is configured" },
        });
    });
});
