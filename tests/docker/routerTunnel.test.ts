import { ENTRY_PORTS } from "../../lib/traefik";
import { Client, echoed, Request, startEcho } from "../support/clients";
import { Containers } from "../support/containers";
import { createNetwork, createSubnet, providerOnEngine } from "../support/onEngine";
import { ProviderClient, Values } from "../support/providerClient";
import { TestRouter } from "../support/router";

const ROUTE = "berth:index:Route";

jest.setTimeout(60_000);
const containers = new Containers("tunnel");
let provider: ProviderClient;
let edge: Awaited<ReturnType<typeof createNetwork>>;
let tunnel: Awaited<ReturnType<typeof createSubnet>>;
let router: TestRouter;
/** In the place of a tunnel's connector, and of a container that is none. */
let connector: Client;
let neighbour: Client;
let servers: Record<"web" | "ws", string>;

beforeAll(async () => {
    provider = await providerOnEngine();
    edge = await createNetwork(containers);
    tunnel = await createSubnet(containers);
    const config = { logLevel: "INFO", tunnelSubnet: tunnel.subnet } as const;
    router = await TestRouter.start(containers, provider, config, { network: edge.name });
    const EndpointConfig = { Aliases: ["router"] };
    await containers.docker
        .getNetwork(tunnel.name)
        .connect({ Container: router.container.id, EndpointConfig });
    connector = await Client.on(tunnel.name, containers);
    neighbour = await Client.on(edge.name, containers);
    servers = {
        web: await startEcho("web", edge.name, containers),
        ws: await startEcho("ws", edge.name, containers),
    };
});

afterAll(async () => {
    await containers.removeAll();
    await router.removeFiles();
    await edge.remove();
    await tunnel.remove();
    provider.close();
});

async function publish(app: string, routes: Values[], more: Values = {}): Promise<void> {
    const inputs = { router: router.container.id, app, routes, servers: [servers.web], ...more };
    await provider.create(ROUTE, inputs);
}

/** As the connector hands on what came to the edge over TLS. */
function byTunnel(host: string, path = "/", { headers, ...more }: Partial<Request> = {}): Request {
    return {
        url: `http://router:${ENTRY_PORTS.tunnel}${path}`,
        host,
        headers: { "x-forwarded-proto": "https", ...headers },
        ...more,
    };
}

/** The same way in, dialled from the network of the apps. */
async function byEdge(host: string, headers: Record<string, string> = {}): Promise<Request> {
    const { Name } = await router.container.inspect();
    return { url: `http://${Name.slice(1)}:${ENTRY_PORTS.tunnel}/`, host, headers };
}

describe("the way in of a tunnel", () => {
    it("lets the connector pass, and believes what it says of the client", async () => {
        const host = "passes.example";
        await publish("passes", [{ host, entryPoint: "tunnel" }]);
        const headers = { "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https" };
        const answer = await connector.ask(byTunnel(host, "/", { headers }));
        expect(answer.status).toBe(200);
        expect(echoed(answer).headers["x-forwarded-for"]).toMatch(/^203\.0\.113\.9, /);
        expect(echoed(answer).headers["x-forwarded-proto"]).toBe("https");
        expect(answer.headers["strict-transport-security"]).toBe("max-age=31536000");
    });

    it.each([
        ["as it is", {}],
        ["with Cloudflare's header", { "cf-connecting-ip": "203.0.113.9" }],
        ["with the connector's address", { "x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1" }],
    ])("is closed to containers of other networks: %s", async (_, headers) => {
        const host = "closed.example";
        await publish("closed", [{ host, entryPoint: "tunnel" }]);
        expect((await neighbour.ask(await byEdge(host, headers))).status).toBe(403);
        expect((await connector.ask(byTunnel(host, "/", { headers }))).status).toBe(200);
    });

    it("is closed to them by an address of its own network, too", async () => {
        const host = "closed.example";
        const headers = {
            "x-forwarded-for": tunnel.subnet.replace("240/28", "242"),
            forwarded: "for=127.0.0.1",
        };
        await publish("closed", [{ host, entryPoint: "tunnel" }]);
        expect((await neighbour.ask(await byEdge(host, headers))).status).toBe(403);
    });

    it("sends what came to the edge without TLS to HTTPS", async () => {
        const host = "plain.example";
        await publish("plain", [{ host, entryPoint: "tunnel" }]);
        const plain = await connector.ask(
            byTunnel(host, "/a?b=c", { headers: { "x-forwarded-proto": "http" } }),
        );
        expect([plain.status, plain.headers.location]).toEqual([301, "https://plain.example/a?b=c"]);
    });

    it("is the only one that leads to its hosts", async () => {
        const host = "only.example";
        await publish("only", [{ host, entryPoint: "tunnel" }]);
        expect((await connector.ask({ url: "http://router:80/", host })).status).toBe(404);
        expect((await connector.ask(byTunnel("other.example"))).status).toBe(404);
    });

    it("takes a path with all that is below it, and nothing that only begins alike", async () => {
        const host = "paths.example";
        await publish("paths", [{ host, entryPoint: "tunnel" }]);
        await publish("paths-ws", [{ host, pathPrefix: "/ws", entryPoint: "tunnel" }], {
            servers: [servers.ws],
        });
        const asked = ["/ws", "/ws/", "/ws/1", "/wsx", "/", "/a/ws"].map(
            async (path) => echoed(await connector.ask(byTunnel(host, path))).name,
        );
        expect(await Promise.all(asked)).toEqual(["ws", "ws", "ws", "web", "web", "web"]);
    });

    it("counts the requests of each client that Cloudflare names, and of nobody else", async () => {
        const host = "counted.example";
        await publish("counted", [{ host, entryPoint: "tunnel" }], { requestsPerMinute: 20 });
        const from = (client: string, times = 1) =>
            byTunnel(host, "/", { times, headers: { "cf-connecting-ip": client } });
        const statuses = (await connector.askAll(from("203.0.113.1", 20))).map(({ status }) => status);
        expect(statuses.slice(0, 5)).toEqual([200, 200, 200, 200, 200]);
        expect(statuses.at(-1)).toBe(429);
        expect((await connector.ask(from("203.0.113.2"))).status).toBe(200);
        const disguised = from("203.0.113.1", 5);
        const headers = { ...disguised.headers, "x-forwarded-for": "198.51.100.1" };
        const again = await connector.askAll({ ...disguised, headers });
        expect(again.map(({ status }) => status)).toContain(429);
    });
});
