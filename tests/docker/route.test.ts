import type Docker from "dockerode";
import { ROUTES_FOLDER } from "../../lib/traefik";
import { Containers, exec, until } from "../support/containers";
import { answering, createNetwork, providerOnEngine } from "../support/onEngine";
import { ProviderClient, Values } from "../support/providerClient";
import { TestRouter } from "../support/router";
import { eventually, Through } from "../support/through";

const ROUTE = "berth:index:Route";

jest.setTimeout(60_000);
const containers = new Containers("route");
let provider: ProviderClient;
let network: Awaited<ReturnType<typeof createNetwork>>;
let routers: TestRouter[];
let router: Docker.Container;
let through: Through;
/** Base URLs of two servers that answer with their own name. */
let servers: Record<"a" | "b", string>;

beforeAll(async () => {
    provider = await providerOnEngine();
    network = await createNetwork(containers);
    routers = [];
    const first = await startRouter();
    router = first.container;
    through = await throughRouter(first);
    servers = { a: await startServer("a"), b: await startServer("b") };
});

afterAll(async () => {
    await containers.removeAll();
    await Promise.all(routers.map((each) => each.removeFiles()));
    await network.remove();
    provider.close();
});

async function startRouter(): Promise<TestRouter> {
    const options = { network: network.name, ports: [80], env: ["PROBE=leaked"] };
    const started = await TestRouter.start(containers, provider, { logLevel: "INFO" }, options);
    routers.push(started);
    return started;
}

async function throughRouter(started: TestRouter): Promise<Through> {
    return new Through(await started.portOf(80));
}

async function startServer(name: string): Promise<string> {
    const container = await containers.start("node:20-slim", {
        Cmd: answering(name),
        HostConfig: { NetworkMode: network.name },
    });
    const command = [
        "node",
        "-e",
        "fetch('http://127.0.0.1:3000').then(() => process.exit(0), () => process.exit(1))",
    ];
    await provider.create("berth:index:Ready", { container: container.id, command, timeoutSeconds: 50 });
    return `http://${(await container.inspect()).Name.slice(1)}:3000`;
}

function inputsOf(app: string, more: Values = {}): Values {
    return { router: router.id, app, routes: [routeOf(hostOf(app))], servers: [servers.a], ...more };
}

function routeOf(host: string, more: Values = {}): Values {
    return { host, entryPoint: "web", ...more };
}

function hostOf(app: string): string {
    return `${app}.example`;
}

async function shell(script: string): Promise<string> {
    return (await exec(router, ["sh", "-c", `cd ${ROUTES_FOLDER} && ${script}`], { user: "0:0" })).output;
}

describe("a route", () => {
    it("passes requests by their host as soon as it is made", async () => {
        const inputs = inputsOf("made");
        const { id, state } = await provider.create(ROUTE, inputs);
        expect({ id, state }).toEqual({
            id: "made",
            state: { ...inputs, service: expect.stringMatching(/^made-[0-9a-f]{8}$/) as string },
        });
        expect(await through.get(hostOf("made"))).toEqual({ status: 200, body: "a" });
        expect((await through.get("other.example")).status).toBe(404);
        expect(await provider.read(ROUTE, id, state)).toEqual({ id, state, inputs });
    });

    it("takes a path with all that is below it, and nothing that only begins alike", async () => {
        const host = hostOf("paths");
        await provider.create(ROUTE, inputsOf("paths"));
        await provider.create(
            ROUTE,
            inputsOf("paths-ws", { routes: [routeOf(host, { pathPrefix: "/ws" })], servers: [servers.b] }),
        );
        const asked = await Promise.all(["/ws", "/ws/x", "/wsx", "/"].map((path) => through.get(host, path)));
        expect(asked.map(({ body }) => body)).toEqual(["b", "b", "a", "a"]);
    });

    it("leads from several hosts", async () => {
        const hosts = ["one.example", "two.example"];
        await provider.create(ROUTE, inputsOf("hosts", { routes: hosts.map((host) => routeOf(host)) }));
        for (const host of hosts) {
            expect(await through.get(host)).toEqual({ status: 200, body: "a" });
        }
    });

    it("moves to another server, and no request fails meanwhile", async () => {
        const before = inputsOf("moved");
        const after = { ...before, servers: [servers.b] };
        const { id, state } = await provider.create(ROUTE, before);
        const seen: unknown[] = [];
        let asking = true;
        const clients = Array.from({ length: 4 }, async () => {
            while (asking) {
                const { status, body } = await through.get(hostOf("moved"));
                seen.push(status === 200 ? body : status);
            }
        });
        await until(
            () => Promise.resolve(seen.length >= 20),
            () => Promise.resolve(JSON.stringify(seen)),
        );
        await provider.update(ROUTE, id, state, after);
        const first = await through.get(hostOf("moved"));
        const count = seen.length;
        await until(
            () => Promise.resolve(seen.length >= count + 20),
            () => Promise.resolve(JSON.stringify(seen)),
        );
        asking = false;
        await Promise.all(clients);
        expect(first.body).toBe("b");
        expect([...new Set(seen)].sort()).toEqual(["a", "b"]);
        expect(seen.slice(-10)).toEqual(Array(10).fill("b"));
    });

    it("is no template: what a value says is not evaluated", async () => {
        const pathPrefix = '/{{ env "PROBE" }}';
        const { id } = await provider.create(
            ROUTE,
            inputsOf("template", { routes: [routeOf(hostOf("template"), { pathPrefix })] }),
        );
        const url = `http://127.0.0.1:8080/api/http/routers/${id}@file`;
        const { output } = await exec(router, ["wget", "-q", "-O", "-", url]);
        expect((JSON.parse(output) as { rule: string }).rule).toContain(`Path(\`${pathPrefix}\`)`);
    });

    it("differs when somebody edited its file, and is gone without it", async () => {
        const { id, state } = await provider.create(ROUTE, inputsOf("edited"));
        await shell(
            "cp edited.yml .edited && sed -i s/edited.example/stolen.example/ .edited && mv .edited edited.yml",
        );
        expect((await provider.read(ROUTE, id, state)).inputs.servers).toEqual([]);
        await shell("rm edited.yml");
        expect((await provider.read(ROUTE, id, state)).id).toBe("");
        expect((await provider.read(ROUTE, id, { ...state, router: "berth-no-such" })).id).toBe("");
    });

    it("passes nothing any more when it is deleted, twice if need be", async () => {
        const { id, state } = await provider.create(ROUTE, inputsOf("deleted"));
        await provider.delete(ROUTE, id, state);
        await eventually(
            () => through.get(hostOf("deleted")),
            ({ status }) => status === 404,
        );
        await provider.delete(ROUTE, id, state);
        expect(await shell("ls -A | grep deleted")).toBe("");
    });
});

describe("a route that Traefik does not take", () => {
    const app = "refused";

    async function expectKept(files: string): Promise<void> {
        expect(await shell("cat refused*; ls -A | grep refused")).toBe(files);
        expect(await through.get(hostOf(app))).toEqual({ status: 200, body: "a" });
    }

    it("fails with Traefik's own words when a file of somebody else's is broken; the one before is back", async () => {
        const { id, state } = await provider.create(ROUTE, inputsOf(app));
        const files = await shell("cat refused*; ls -A | grep refused");
        await shell("echo 'http: { routers: [' > .foreign && mv .foreign foreign.yml");
        await Promise.all([
            expect(
                provider.update(ROUTE, id, state, inputsOf(app, { servers: [servers.b] })),
            ).rejects.toThrow(
                /^the router did not take the route of refused.*is back: it does not show up.*\nERR .*foreign\.yml: yaml: .*$/,
            ),
            expect(provider.create(ROUTE, inputsOf("newcomer"))).rejects.toThrow("foreign.yml"),
        ]);
        await expectKept(files);
        expect(await shell("ls -A | grep newcomer")).toBe("");

        await shell("rm foreign.yml");
        await provider.update(ROUTE, id, state, inputsOf(app, { servers: [servers.b] }));
        expect((await through.get(hostOf(app))).body).toBe("b");
        await provider.update(ROUTE, id, state, inputsOf(app));
    });

    it("is left alone once another update has put its own in place", async () => {
        const { id, state } = await provider.create(ROUTE, inputsOf("overtaken"));
        await shell("echo 'http: { routers: [' > .foreign && mv .foreign foreign.yml");
        const failed = provider
            .update(ROUTE, id, state, inputsOf("overtaken", { servers: [servers.b] }))
            .catch((error: unknown) => (error as Error).message);
        await until(
            async () => (await shell("cat overtaken.yml")).includes(servers.b),
            () => shell("cat overtaken.yml"),
        );
        await shell("echo 'http: {} # newer' > .newer && mv .newer overtaken.yml && rm foreign.yml");
        expect(await failed).toBe(
            "another update has put the route of overtaken in place, which stays as it is",
        );
        expect(await shell("cat overtaken.yml")).toBe("http: {} # newer\n");
        await provider.delete(ROUTE, id, state);
    });

    it("fails when another file has a route of the same name", async () => {
        const files = await shell("cat refused*; ls -A | grep refused");
        const foreign = `http: { routers: { refused_2: { rule: Host(\`c.example\`), service: noop@internal } } }`;
        await shell(`printf '%s' '${foreign}' > .a && mv .a a-foreign.yml`);
        const routes = [routeOf(hostOf(app)), routeOf("c.example")];
        await expect(provider.update(ROUTE, app, inputsOf(app), inputsOf(app, { routes }))).rejects.toThrow(
            /is back: Traefik uses 1 of its 2 routes: .*\nWRN HTTP router already configured, skipping .*refused_2$/,
        );
        await expectKept(files);
        await shell("rm a-foreign.yml");
    });

    it("fails when one of its routes does not work, the second as well as the first", async () => {
        const routes = [routeOf(hostOf(app)), routeOf("bad`example")];
        await expect(provider.update(ROUTE, app, inputsOf(app), inputsOf(app, { routes }))).rejects.toThrow(
            /is back: refused_2@file: \["error while parsing rule/,
        );
        await eventually(
            () => through.get(hostOf(app)),
            ({ body }) => body === "a",
        );
    });
});

describe("a route for a way in that the router does not have", () => {
    it.each(["websecure", "tunnel"])("fails with Traefik's own words: %s", async (entryPoint) => {
        const routes = [routeOf("lost.example", { entryPoint })];
        await expect(provider.create(ROUTE, inputsOf("lost", { routes }))).rejects.toThrow(
            `is back: lost@file: ["entryPoint \\"${entryPoint}\\" doesn't exist","no valid entryPoint for this router"]\nERR `,
        );
        expect(await shell("ls -A | grep lost")).toBe("");
    });
});

describe("a router", () => {
    it("that is stopped loses a route, and keeps the others when it comes back", async () => {
        const own = await startRouter();
        const [kept, gone] = [
            inputsOf("kept", { router: own.container.id }),
            inputsOf("gone", { router: own.container.id }),
        ];
        await provider.create(ROUTE, kept);
        const { id, state } = await provider.create(ROUTE, gone);
        await own.container.stop({ t: 1 });
        await provider.delete(ROUTE, id, state);
        await provider.delete(ROUTE, id, state);
        await own.container.start();
        await own.answers();
        const back = await throughRouter(own);
        await eventually(
            () => back.get(hostOf("kept")),
            ({ body }) => body === "a",
        );
        expect((await back.get(hostOf("gone"))).status).toBe(404);
    });

    it("that is gone took its routes along", async () => {
        await provider.delete(ROUTE, "any", inputsOf("any", { router: "berth-no-such" }));
    });

    it("that does not run takes no route, and says so", async () => {
        const stopped = await containers.create("traefik:v3.6", {
            HostConfig: { Binds: [`${await containers.volume()}:${ROUTES_FOLDER}`] },
        });
        await expect(provider.create(ROUTE, inputsOf("early", { router: stopped.id }))).rejects.toThrow(
            "is not running",
        );
    });
});
