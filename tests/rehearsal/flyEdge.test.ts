import { once } from "node:events";
import { Agent } from "node:http";
import { text } from "node:stream/consumers";
import { Edge, type EdgeOptions } from "../../rehearsal/fly/edge";
import { type Certificate, selfSigned } from "../support/certificates";
import { until } from "../support/containers";
import { answerOf, ask, HOST, open, openSocket, say, sayEarly } from "../support/edgeClient";
import { FakeWorld } from "../support/fakeFly";

jest.setTimeout(60_000);
let world: FakeWorld;
let edge: Edge;
const edges: Edge[] = [];

async function edgeOf(options: EdgeOptions = {}): Promise<Edge> {
    const made = await Edge.start(world, { patience: { candidateSeconds: 0.2 }, ...options });
    edges.push(made);
    return made;
}

/** Waits for something in this process. */
const when = (condition: () => boolean) =>
    until(
        () => Promise.resolve(condition()),
        () => Promise.resolve("no"),
    );

beforeEach(async () => {
    world = new FakeWorld();
    edge = await edgeOf();
});

afterEach(async () => {
    await Promise.all(edges.splice(0).map((each) => each.stop()));
    await world.killAll();
});

describe("a request", () => {
    test("goes to the app of its host, and to no other", async () => {
        await world.add();
        expect(await ask(edge.httpPort, "/")).toMatchObject({ status: 200, body: "m1" });
        expect(await ask(edge.httpPort, "/", { host: `${HOST}:8080` })).toMatchObject({ status: 200 });
        expect(await ask(edge.httpPort, "/", { host: "else.fly.dev" })).toMatchObject({
            status: 404,
            body: "PR02: no app has the host else.fly.dev\n",
        });
        expect(edge.served).toEqual({ m1: { requests: 2, failures: 0 } });
    });

    test("tells the machine who asked, and how", async () => {
        await world.add();
        const { body, headers } = await ask(edge.httpPort, "/headers", {
            headers: {
                ...{ "fly-client-ip": "6.6.6.6", "x-forwarded-proto": "https", "x-forwarded-for": "1.2.3.4" },
                ...{ connection: "x-hop", "x-hop": "1", "x-own": "kept" },
            },
        });
        const seen = JSON.parse(body) as Record<string, string>;
        const port = String(edge.httpPort);
        expect(seen).toEqual({
            ...{ host: HOST, "x-own": "kept", connection: "keep-alive", via: "1.1 fly.io" },
            ...{ "fly-client-ip": "127.0.0.1", "fly-region": "iad", "fly-forwarded-port": port },
            ...{ "x-forwarded-for": "1.2.3.4, 127.0.0.1, 127.0.0.1", "x-forwarded-port": port },
            ...{ "x-forwarded-proto": "http", "x-forwarded-ssl": "off" },
            "fly-request-id": headers["fly-request-id"],
        });
        expect(headers.via).toBe("1.1 fly.io");
        expect(headers["set-cookie"]).toEqual(["a=1", "b=2"]);
    });

    test("brings its body, and takes back status, reason and body", async () => {
        await world.add();
        for (const method of ["POST", "DELETE"]) {
            const body = "x".repeat(3_000_000);
            const asked = { method, body, headers: { "transfer-encoding": "chunked" } };
            const answer = await ask(edge.httpPort, "/echo", asked);
            expect(answer.status).toBe(201);
            expect(answer.body === body).toBe(true);
        }
        expect((await ask(edge.httpPort, "/echo", { method: "HEAD" })).status).toBe(201);
    });

    test("and its answer stream: nothing waits for the end", async () => {
        const machine = await world.add();
        const streaming = open(edge.httpPort, "/stream");
        streaming.end();
        const answer = await answerOf(streaming);
        const [first] = (await once(answer, "data")) as [Buffer];
        expect(first.toString()).toBe("first");
        machine.release();
        expect(await text(answer)).toBe("last");

        const uploading = open(edge.httpPort, "/echo", { method: "POST" });
        uploading.write("one");
        const echo = await answerOf(uploading);
        expect(String((await once(echo, "data"))[0])).toBe("one");
        uploading.end("two");
        expect(await text(echo)).toBe("two");
    });

    test("that was answered before all of it was read leaves its connection to the next", async () => {
        await world.add();
        const agent = new Agent({ keepAlive: true, maxSockets: 1 });
        const body = "x".repeat(3_000_000);
        expect((await ask(edge.httpPort, "/early", { method: "POST", body, agent })).body).toBe("m1");
        expect((await ask(edge.httpPort, "/", { agent })).body).toBe("m1");
        agent.destroy();
    });

    test("leaves its place when the client goes", async () => {
        const machine = await world.add();
        const outgoing = open(edge.httpPort, "/hold").on("error", () => undefined);
        outgoing.end();
        await when(() => machine.holding === 1);
        expect(edge.inFlight("m1")).toBe(1);
        outgoing.destroy();
        await when(() => edge.inFlight("m1") === 0);
        expect(edge.served).toEqual({ m1: { requests: 1, failures: 0 } });
    });
});

describe("TLS", () => {
    let certificate: Certificate;
    beforeAll(async () => {
        certificate = await selfSigned("ecdsa", ["*.fly.dev"]);
    });
    const pair = () => ({ key: certificate.key, cert: certificate.certificate });

    test("is for hosts that have an app", async () => {
        await world.add();
        const secure = await edgeOf({ certificate: pair() });
        const trusted = certificate.certificate;
        const { body } = await ask(secure.httpsPort, "/headers", { trusted });
        expect(JSON.parse(body)).toMatchObject({ "x-forwarded-proto": "https", "x-forwarded-ssl": "on" });
        await expect(ask(secure.httpsPort, "/", { trusted, host: "else.fly.dev" })).rejects.toThrow();
        expect(() => edge.httpsPort).toThrow("the edge was started without a certificate");
    });

    test("is refused where a host has no certificate of its own", async () => {
        await world.add();
        let certified = false;
        const secure = await edgeOf({
            certificate: (host) => (certified && host === HOST ? pair() : undefined),
        });
        const trusted = certificate.certificate;
        await expect(ask(secure.httpsPort, "/", { trusted })).rejects.toThrow();
        certified = true;
        expect(await ask(secure.httpsPort, "/", { trusted })).toMatchObject({ status: 200 });
    });

    test("is where plain requests are sent, if the app wants it", async () => {
        await world.add();
        world.settings.forceHttps = true;
        const secure = await edgeOf({ certificate: pair() });
        const redirect = await ask(secure.httpPort, "/a?b=c", { method: "POST", body: "x" });
        expect([redirect.status, redirect.headers.location]).toEqual([301, `https://${HOST}/a?b=c`]);
        const ported = await ask(secure.httpPort, "/", { host: `${HOST}:${secure.httpPort}` });
        expect(ported.headers.location).toBe(`https://${HOST}:${secure.httpsPort}/`);
        await expect(openSocket(secure.httpPort, "/ws")).rejects.toThrow("status 301");
        expect(await ask(secure.httpsPort, "/", { trusted: certificate.certificate })).toMatchObject({
            status: 200,
        });
        expect(edge.served).toEqual({});
    });
});

describe("a websocket", () => {
    test("stays on its machine, even one that gets no new ones", async () => {
        const first = await world.add();
        const socket = await openSocket(edge.httpPort, "/ws");
        expect(await say(socket, "hello")).toBe("m1 hello");
        expect(edge.inFlight("m1")).toBe(1);
        await world.add();
        first.cordoned = true;
        expect(await say(socket, "again")).toBe("m1 again");
        const other = await openSocket(edge.httpPort, "/ws");
        expect(await say(other, "hello")).toBe("m2 hello");
        socket.close();
        await when(() => edge.inFlight("m1") === 0);
        const closed = once(other, "close");
        await world.stop("m2");
        await closed;
        await when(() => edge.inFlight("m2") === 0);
    });

    test("brings what it says before it is answered", async () => {
        await world.add();
        expect(await sayEarly(edge.httpPort, "/ws", "hi")).toBe("m1 hi");
    });

    test("that a machine or the proxy refuses gets an ordinary answer", async () => {
        await world.add();
        await expect(openSocket(edge.httpPort, "/none")).rejects.toThrow("status 400");
        world.settings.hardLimit = 0;
        const strict = await edgeOf({ patience: { queueSeconds: 0 } });
        await expect(openSocket(strict.httpPort, "/ws")).rejects.toThrow("status 503");
    });
});

describe("a machine", () => {
    test.each<[string, object]>([
        ["is cordoned", { cordoned: true }],
        ["is not healthy", { healthy: false }],
        ["is being stopped", { state: "stopping" }],
    ])("that %s gets nothing new, and ends what it has", async (_, state) => {
        const first = await world.add();
        const held = ask(edge.httpPort, "/hold");
        await when(() => first.holding === 1);
        await world.add();
        Object.assign(first, state);
        for (let times = 0; times < 5; times += 1) {
            expect((await ask(edge.httpPort, "/")).body).toBe("m2");
        }
        first.release();
        expect(await held).toMatchObject({ status: 200, body: "m1" });
    });

    test("without which there is none leaves 503", async () => {
        await world.add({ cordoned: true });
        expect(await ask(edge.httpPort, "/")).toMatchObject({
            status: 503,
            body: "PR03: no machine of shop could take the request\n",
        });
    });

    test("that gets healthy in time answers who waited for it", async () => {
        const machine = await world.add({ healthy: false });
        const patient = await edgeOf({ patience: { candidateSeconds: 20 } });
        const waiting = ask(patient.httpPort, "/");
        const outcome = await Promise.race([waiting, ask(edge.httpPort, "/")]);
        expect(outcome.status).toBe(503);
        machine.healthy = true;
        expect(await waiting).toMatchObject({ status: 200, body: "m1" });
    });

    test("has the fewest requests in flight when it gets one", async () => {
        const machines = [await world.add(), await world.add(), await world.add()];
        const held = Array.from({ length: 9 }, () => ask(edge.httpPort, "/hold"));
        await when(() => machines.reduce((sum, { holding }) => sum + holding, 0) === 9);
        expect(machines.map(({ holding }) => holding)).toEqual([3, 3, 3]);
        machines.forEach((machine) => machine.release());
        await Promise.all(held);
    });

    test("never has more than its hard limit: the rest waits, and is refused after a while", async () => {
        const machine = await world.add();
        world.settings.hardLimit = 2;
        const held = Array.from({ length: 3 }, () => ask(edge.httpPort, "/hold"));
        await when(() => machine.holding === 2);
        const impatient = await edgeOf({ patience: { queueSeconds: 0 } });
        world.settings.hardLimit = 0;
        expect(await ask(impatient.httpPort, "/")).toMatchObject({
            status: 503,
            body: "PR01: all machines of shop are at their hard limit\n",
        });
        world.settings.hardLimit = 2;
        expect([machine.holding, edge.inFlight("m1")]).toEqual([2, 2]);
        machine.release();
        await when(() => machine.holding === 1);
        machine.release();
        expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200, 200]);
    });
});

describe("what goes wrong on the way", () => {
    test("is tried elsewhere while nothing was sent", async () => {
        const [dead] = [await world.add(), await world.add()];
        await dead.kill();
        for (let times = 0; times < 8; times += 1) {
            expect(await ask(edge.httpPort, "/echo", { method: "POST", body: "x" })).toMatchObject({
                status: 201,
                body: "x",
            });
        }
        expect(edge.served).toEqual({ m2: { requests: 8, failures: 0 } });
    });

    test("is tried again on a machine that comes up meanwhile, and given up where none does", async () => {
        const machine = await world.add();
        const service = world.service(HOST);
        await machine.kill();
        expect((await ask(edge.httpPort, "/")).status).toBe(503);
        const patient = await edgeOf({ patience: { candidateSeconds: 20 } });
        const waiting = ask(patient.httpPort, "/");
        const other = await ask(edge.httpPort, "/");
        expect(other.status).toBe(503);
        await machine.boot(service?.internalPort ?? 0);
        expect(await waiting).toMatchObject({ status: 200 });
    });

    test("is never tried again afterwards", async () => {
        const machines = [await world.add(), await world.add()];
        expect(await ask(edge.httpPort, "/cut", { method: "POST", body: "x" })).toMatchObject({
            status: 502,
            body: "PU02: the machine did not complete the request\n",
        });
        expect(machines.flatMap(({ requests }) => requests)).toEqual(["/cut"]);
        expect(Object.values(edge.served)).toEqual([{ requests: 1, failures: 1 }]);
    });

    test("is seen by the client when half of the answer has passed", async () => {
        const machine = await world.add();
        const outgoing = open(edge.httpPort, "/cut-late");
        outgoing.end();
        const answer = await answerOf(outgoing);
        machine.release();
        await expect(text(answer)).rejects.toThrow("aborted");
        expect(edge.served).toEqual({ m1: { requests: 1, failures: 1 } });
    });
});

describe("an edge", () => {
    test("learns of a cordon after its lag", async () => {
        const first = await world.add();
        const late = await edgeOf({ lagMs: 3_600_000 });
        expect((await ask(late.httpPort, "/")).body).toBe("m1");
        await world.add();
        first.cordoned = true;
        expect((await ask(late.httpPort, "/")).body).toBe("m1");
        expect((await ask(edge.httpPort, "/")).body).toBe("m2");
    });
});
