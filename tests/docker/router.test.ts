import { connect, ConnectionOptions, getCiphers, TLSSocket } from "node:tls";
import { stringify } from "yaml";
import { ENTRY_PORTS, ROUTES_FOLDER } from "../../lib/traefik";
import { putFiles } from "../../providers/engine/files";
import { selfSigned } from "../support/certificates";
import { Client, echoed, Request, startEcho } from "../support/clients";
import { Containers, exec, logs, until } from "../support/containers";
import { createNetwork, providerOnEngine } from "../support/onEngine";
import { ProviderClient, Values } from "../support/providerClient";
import { TestRouter } from "../support/router";

const ROUTE = "berth:index:Route";
/** Hosts that have a certificate. */
const HOSTS = ["shop", "bare", "logged", "dead", "counted", "pair", "pair-two", "pair-2"].map(hostOf);
const RSA_HOST = "rsa.example";
/** By the router, in the handshake, before any certificate is shown. */
const REFUSED = "ERR_SSL_TLSV1_UNRECOGNIZED_NAME";

jest.setTimeout(60_000);
const containers = new Containers("router");
let provider: ProviderClient;
let network: Awaited<ReturnType<typeof createNetwork>>;
let router: TestRouter;
let name: string;
let httpsPort: number;
let server: string;
let client: Client;

beforeAll(async () => {
    provider = await providerOnEngine();
    network = await createNetwork(containers);
    // Nobody answers there: certificates come from a file.
    const acme = { email: "ops@shop.example", server: "https://127.0.0.1:1/directory" };
    router = await TestRouter.start(
        containers,
        provider,
        { logLevel: "INFO", acme },
        { network: network.name, ports: [ENTRY_PORTS.websecure] },
    );
    name = (await router.container.inspect()).Name.slice(1);
    httpsPort = await router.portOf(ENTRY_PORTS.websecure);
    server = await startEcho("shop", network.name, containers);
    client = await Client.on(network.name, containers);
});

afterAll(async () => {
    await containers.removeAll();
    await router.removeFiles();
    await network.remove();
    provider.close();
});

function hostOf(app: string): string {
    return `${app}.example`;
}

async function publish(app: string, more: Values = {}): Promise<void> {
    const routes = [{ host: hostOf(app), entryPoint: "websecure" }];
    await provider.create(ROUTE, { router: router.container.id, app, routes, servers: [server], ...more });
}

function byHttps(app: string, path = "/", more: Partial<Request> = {}): Request {
    return { url: `https://${name}${path}`, host: hostOf(app), ...more };
}

/** How a client that speaks so is greeted: the suite that both speak, or why there is none. */
async function greeted(servername: string | undefined, options: ConnectionOptions = {}): Promise<string> {
    return await new Promise((resolve) => {
        const socket: TLSSocket = connect(
            { host: "127.0.0.1", port: httpsPort, servername, rejectUnauthorized: false, ...options },
            () => {
                resolve(`${socket.getProtocol() ?? ""} ${socket.getCipher().name}`);
                socket.destroy();
            },
        );
        socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    });
}

describe("a host without a certificate", () => {
    it("is refused, whoever asks for it", async () => {
        for (const servername of [hostOf("shop"), "other.example", undefined]) {
            expect(await greeted(servername)).toBe(REFUSED);
        }
    });
});

describe("with certificates", () => {
    beforeAll(async () => {
        const certificates = await Promise.all([selfSigned("ecdsa", HOSTS), selfSigned("rsa", [RSA_HOST])]);
        const tls = {
            certificates: certificates.map(({ certificate, key }) => ({
                certFile: certificate,
                keyFile: key,
            })),
        };
        const { docker } = containers;
        const next = { name: ".certificates.next", content: stringify({ tls }) };
        await putFiles(docker, router.container.id, ROUTES_FOLDER, [next]);
        const script = `cd ${ROUTES_FOLDER} && mv .certificates.next certificates.yml`;
        expect(await exec(router.container, ["sh", "-c", script], { user: "0:0" })).toEqual({
            code: 0,
            output: "",
        });
        await until(
            async () => (await greeted(RSA_HOST)).startsWith("TLSv1.3"),
            () => logs(router.container),
        );
        await publish("shop");
    });

    it("plain HTTP leads to HTTPS, before any app is asked", async () => {
        const answer = await client.ask({ url: `http://${name}/a/b?c=d`, host: hostOf("shop") });
        expect(answer.status).toBe(301);
        expect(answer.headers.location).toBe("https://shop.example/a/b?c=d");
    });

    it("answers carry what protects the client, and not what serves", async () => {
        const { status, headers } = await client.ask(byHttps("shop"));
        expect(status).toBe(200);
        expect(headers).toMatchObject({
            "strict-transport-security": "max-age=31536000",
            "x-content-type-options": "nosniff",
            "x-frame-options": "SAMEORIGIN",
            "referrer-policy": "strict-origin-when-cross-origin",
        });
        expect(Object.keys(headers)).not.toContain("server");
        expect(Object.keys(headers)).not.toContain("x-powered-by");
    });

    it("text is compressed for who can read it", async () => {
        const encodingOf = async (accepted: string) =>
            (await client.ask(byHttps("shop", "/big", { headers: { "accept-encoding": accepted } }))).headers[
                "content-encoding"
            ];
        expect(await encodingOf("gzip")).toBe("gzip");
        expect(await encodingOf("identity")).toBeUndefined();
    });

    it("an app does without what it names", async () => {
        const without = ["security-headers", "hsts", "compress", "rate-limit"];
        await publish("bare", { without, requestsPerMinute: 4 });
        const headers = { "accept-encoding": "gzip" };
        const answers = await client.askAll(byHttps("bare", "/big", { headers, times: 10 }));
        expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
        expect(answers[0]?.headers).toMatchObject({ server: "secret-sauce/1.0", "x-powered-by": "sauce" });
        expect(Object.keys(answers[0]?.headers ?? {}).sort()).toEqual(
            ["connection", "content-length", "content-type", "date", "server", "x-powered-by"].sort(),
        );
    });

    it("what a client says of itself is not believed", async () => {
        const headers = {
            "x-forwarded-for": "203.0.113.9",
            "x-forwarded-proto": "http",
            "x-real-ip": "203.0.113.9",
        };
        const told = echoed(await client.ask(byHttps("shop", "/", { headers }))).headers;
        expect(JSON.stringify(told)).not.toContain("203.0.113.9");
        expect(told["x-forwarded-proto"]).toBe("https");
    });

    it("requests are counted by address, whatever their headers say", async () => {
        await publish("counted", { requestsPerMinute: 20 });
        const other = await Client.on(network.name, containers);
        const statuses = (await client.askAll(byHttps("counted", "/", { times: 20 }))).map(
            ({ status }) => status,
        );
        expect(statuses.slice(0, 5)).toEqual([200, 200, 200, 200, 200]);
        expect(statuses.at(-1)).toBe(429);
        const headers = { "cf-connecting-ip": "203.0.113.9", "x-forwarded-for": "203.0.113.9" };
        const disguised = await client.askAll(byHttps("counted", "/", { times: 5, headers }));
        expect(disguised.map(({ status }) => status)).toContain(429);
        expect((await other.ask(byHttps("counted"))).status).toBe(200);
    });

    it("the second route of an app and an app of such a name live side by side", async () => {
        const routes = ["pair", "pair-two"].map((app) => ({ host: hostOf(app), entryPoint: "websecure" }));
        await publish("pair", { routes });
        await publish("pair-2");
        for (const app of ["pair", "pair-two", "pair-2"]) {
            expect((await client.ask(byHttps(app))).status).toBe(200);
        }
    });

    it("the access log is JSON and holds no path, no query and no header", async () => {
        await publish("logged");
        await publish("dead", { servers: ["http://127.0.0.1:1"] });
        const secrets = {
            referer: "https://shop.example/?token=of-the-referer",
            authorization: "Bearer of-the-api",
        };
        const path = "/magic-path?token=of-the-link";
        expect((await client.ask(byHttps("logged", path, { headers: secrets }))).status).toBe(200);
        expect((await client.ask(byHttps("dead", path, { headers: secrets }))).status).toBe(502);
        expect((await client.ask({ url: `http://${name}${path}`, host: hostOf("logged") })).status).toBe(301);
        const lines = async () =>
            (await logs(router.container)).split("\n").filter((line) => /(logged|dead)\.example/.test(line));
        await until(
            async () => (await lines()).length >= 2,
            () => logs(router.container),
        );
        const entries = (await lines()).map((line) => JSON.parse(line) as Record<string, unknown>);
        expect(entries.map((entry) => [entry.RequestHost, entry.DownstreamStatus])).toEqual([
            ["logged.example", 200],
            ["dead.example", 502],
        ]);
        const log = await logs(router.container);
        expect(log).not.toMatch(/magic-path|of-the-(link|referer|api)/);
    });
});

describe("TLS", () => {
    // Old protocols and suites are what OpenSSL itself would not offer.
    const old = { ciphers: "ALL:@SECLEVEL=0" };

    it.each(["TLSv1", "TLSv1.1"] as const)("%s is refused by the router", async (version) => {
        const options = { ...old, minVersion: version, maxVersion: version };
        expect(await greeted(hostOf("shop"), options)).toBe("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION");
    });

    it.each([
        [hostOf("shop"), "ECDSA"],
        [RSA_HOST, "RSA"],
    ])("1.2 is spoken with the modern suites only: %s", async (host, kind) => {
        const suites = getCiphers()
            .filter((each) => !each.startsWith("tls_"))
            .map((each) => each.toUpperCase());
        const spoken: string[] = [];
        for (const suite of suites) {
            const ciphers = `${suite}:@SECLEVEL=0`;
            const answer = await greeted(host, { ciphers, minVersion: "TLSv1.2", maxVersion: "TLSv1.2" });
            if (answer.startsWith("TLSv1.2")) {
                spoken.push(answer);
            }
        }
        expect([...new Set(spoken)].sort()).toEqual([
            `TLSv1.2 ECDHE-${kind}-AES128-GCM-SHA256`,
            `TLSv1.2 ECDHE-${kind}-AES256-GCM-SHA384`,
            `TLSv1.2 ECDHE-${kind}-CHACHA20-POLY1305`,
        ]);
    });

    it("1.3 is spoken", async () => {
        expect(await greeted(hostOf("shop"))).toMatch(/^TLSv1\.3 TLS_/);
    });

    it("a host that is not served is refused, and a client that names none", async () => {
        for (const servername of ["other.example", undefined]) {
            expect(await greeted(servername)).toBe(REFUSED);
        }
    });
});
