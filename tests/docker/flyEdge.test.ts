import Docker from "dockerode";
import { SimulatedFly } from "../../rehearsal/fly";
import { Edge } from "../../rehearsal/fly/edge";
import { WireMachine } from "../../rehearsal/fly/wire";
import { selfSigned } from "../support/certificates";
import { until } from "../support/containers";
import { ask, HOST } from "../support/edgeClient";
import { FlyCalls } from "../support/flyCalls";

jest.setTimeout(120_000);
let fly: SimulatedFly;
let edge: Edge;
let calls: FlyCalls;
let trusted: string;

beforeEach(async () => {
    fly = await SimulatedFly.start({
        docker: new Docker(),
        name: `berth-test-edge-${process.pid}`,
        rateLimits: false,
    });
    const { certificate, key } = await selfSigned("ecdsa", ["*.fly.dev"]);
    trusted = certificate;
    edge = await Edge.start(fly.world, { certificate: { cert: certificate, key }, idleSeconds: 0.5 });
    calls = new FlyCalls(fly.url);
    await calls.post("/apps", { app_name: "shop", org_slug: "personal" });
    expect((await calls.post("/apps/shop/ip_assignments", { type: "shared_v4" })).status).toBe(200);
});

afterEach(async () => {
    await edge.stop();
    await fly.stop();
});

/** Answers with its name, at /slow after a while and at /late too late; has nothing to finish when it is asked to stop. */
const SERVER = `require("http").createServer((request, answer) => {
    const times = { "/slow": 300, "/late": 60000 };
    setTimeout(() => answer.end(process.env.NAME), times[request.url] || 0);
}).listen(8080);
process.on("SIGINT", () => process.exit(0));`;

async function launch(name: string, service: object = {}, more: object = {}): Promise<WireMachine> {
    const ports = [
        { port: 80, handlers: ["http"], force_https: true },
        { port: 443, handlers: ["http", "tls"] },
    ];
    const checks = [{ type: "http", method: "GET", path: "/", port: 8080, interval: "1s", timeout: "1s" }];
    const { status, body } = await calls.post<WireMachine>("/apps/shop/machines", {
        name,
        region: "iad",
        ...more,
        config: {
            image: "node:20-slim",
            env: { NAME: name },
            init: { exec: ["node", "-e", SERVER] },
            services: [{ protocol: "tcp", internal_port: 8080, ports, checks, ...service }],
        },
    });
    expect(status).toBe(200);
    return calls.wait("shop", body);
}

const machineOf = async ({ id }: WireMachine) =>
    (await calls.get<WireMachine>(`/apps/shop/machines/${id}`)).body;
const get = (path = "/", headers: Record<string, string> = {}) =>
    ask(edge.httpsPort, path, { trusted, headers });
const reaches = (machine: WireMachine, condition: (machine: WireMachine) => boolean) =>
    until(
        async () => condition(await machineOf(machine)),
        async () => JSON.stringify(await machineOf(machine)),
    );
const healthy = ({ checks }: WireMachine) => checks.every(({ status }) => status === "passing");
const launchHealthy = async (...args: Parameters<typeof launch>) => {
    const machine = await launch(...args);
    await reaches(machine, healthy);
    return machine;
};

test("serves an app's public address over TLS, and sends plain requests there", async () => {
    const machine = await launch("one");
    expect(await get()).toMatchObject({ status: 200, body: "one" });
    const redirect = await ask(edge.httpPort, "/a");
    expect([redirect.status, redirect.headers.location]).toEqual([301, `https://${HOST}/a`]);
    expect(edge.served).toEqual({ [machine.id]: { requests: 1, failures: 0 } });
});

test("stops an idle container, and starts it for the next request", async () => {
    const machine = await launch("one", { autostop: "stop", autostart: true, min_machines_running: 0 });
    edge.watch(HOST);
    for (let times = 0; times < 2; times += 1) {
        await reaches(machine, ({ state }) => state === "stopped");
        expect(await get()).toMatchObject({ status: 200, body: "one" });
    }
    expect(edge.troubles).toEqual([]);
});

describe("a release under load", () => {
    /** Asks without a pause until it is told to end; gives how many requests came to nothing, and who answered. */
    function load() {
        const answers: (string | undefined)[] = [];
        let going = true;
        const clients = Array.from({ length: 8 }, async (_, index) => {
            while (going) {
                const { status, body } = await get(index === 0 ? "/slow" : "/").catch(() => ({
                    status: 0,
                    body: "",
                }));
                answers.push(status === 200 ? body : undefined);
            }
        });
        return {
            answered: (name: string) => answers.filter((answer) => answer === name).length,
            end: async () => {
                going = false;
                await Promise.all(clients);
                return { lost: answers.filter((answer) => answer === undefined).length };
            },
        };
    }

    const answers = (from: ReturnType<typeof load>, name: string) =>
        until(
            () => Promise.resolve(from.answered(name) > 20),
            () => Promise.resolve(`${name} did not answer`),
        );

    test("loses nothing: the new one healthy and uncordoned, the old one cordoned, drained and stopped", async () => {
        const old = await launchHealthy("old");
        const going = load();
        await answers(going, "old");
        const next = await launchHealthy("new", {}, { skip_service_registration: true });
        expect(going.answered("new")).toBe(0);
        await calls.post(`/apps/shop/machines/${next.id}/uncordon`);
        await calls.post(`/apps/shop/machines/${old.id}/cordon`);
        await until(
            () => Promise.resolve(edge.inFlight(old.id) === 0),
            () => Promise.resolve(`${edge.inFlight(old.id)} requests are in flight`),
        );
        await calls.post(`/apps/shop/machines/${old.id}/stop`);
        await calls.wait("shop", old, "stopped");
        await answers(going, "new");
        expect(await going.end()).toEqual({ lost: 0 });
    });

    test("loses what is in flight when the old one is stopped as it stands", async () => {
        const old = await launchHealthy("old");
        const going = load();
        await answers(going, "old");
        await launchHealthy("new");
        const here = { "fly-force-instance-id": old.id };
        const late = get("/late", here);
        expect((await get("/slow", here)).body).toBe("old");
        await calls.post(`/apps/shop/machines/${old.id}/stop`, { signal: "SIGKILL" });
        await calls.wait("shop", old, "stopped");
        expect(await late).toMatchObject({ status: 502 });
        await answers(going, "new");
        const { lost } = await going.end();
        expect(edge.served[old.id]?.failures).toBe(lost + 1);
    });
});
