import { version } from "../../package.json";
import { ProviderClient, secret, UNKNOWN, Values } from "../support/providerClient";

const READY = "berth:index:Ready";
const ROUTE = "berth:index:Route";
const SECRETS = "berth:index:SecretVolume";
const DATABASE = "berth:index:PostgresDatabase";

const route: Values = {
    router: "router-id",
    app: "shop-web",
    routes: [{ host: "shop.example", entryPoint: "web" }],
    servers: ["http://shop-web-1:3000"],
    healthPath: "/health",
};
const database: Values = { server: "id", database: "shop", user: "shop", password: secret("pass") };

describe("the provider", () => {
    let provider: ProviderClient;
    beforeAll(async () => {
        provider = await ProviderClient.start();
    });
    afterAll(() => provider.close());

    it("says its version", async () => {
        expect(await provider.version()).toBe(version);
    });

    it("takes secrets as secrets and previews by itself", async () => {
        expect(await provider.configure("unix:///nowhere/docker.sock")).toMatchObject({
            acceptsecrets: true,
            supportspreview: true,
        });
    });

    it("does not know other resources", async () => {
        await expect(provider.check("berth:index:Nothing", {})).rejects.toThrow(
            "this provider has no resource berth:index:Nothing",
        );
    });

    it("refuses an address that is none", async () => {
        const other = await ProviderClient.start();
        await expect(other.configure("http://example.org")).rejects.toThrow(
            "is no address of a Docker engine",
        );
        other.close();
    });

    it("waits with the engine until its address is known: a preview works, an operation says why it does not", async () => {
        const other = await ProviderClient.start();
        await other.configure(UNKNOWN);
        expect((await other.create(ROUTE, route, true)).state.service).toBe(UNKNOWN);
        await expect(other.create(ROUTE, route)).rejects.toThrow(
            "the Docker engine's address is not known yet",
        );
        other.close();
    });
});

describe("check", () => {
    let provider: ProviderClient;
    beforeAll(async () => {
        provider = await ProviderClient.start();
    });
    afterAll(() => provider.close());

    it("gives good inputs back as they came, secrets in their envelopes", async () => {
        expect(await provider.check(ROUTE, route)).toEqual({ inputs: route, failures: [] });
        expect(await provider.check(DATABASE, database)).toEqual({ inputs: database, failures: [] });
    });

    it("lists all that is wrong with a route", async () => {
        const { failures } = await provider.check(ROUTE, {
            ...route,
            app: "Shop Web",
            routes: [
                { host: "no host", entryPoint: "web" },
                { host: "a.example", pathPrefix: "ws", entryPoint: "tunnel" },
                { host: "b.example", entryPoint: "back-door" },
            ],
            without: ["hsts", "firewall"],
            requestsPerMinute: 0,
            servers: ["ftp://a", "http://ok:1"],
            healthPath: "health check",
        });
        expect(failures.map((failure) => failure.split(":", 1)[0])).toEqual([
            "app",
            "routes[0].host",
            "routes[1].pathPrefix",
            "routes[2].entryPoint",
            "without[1]",
            "requestsPerMinute",
            "servers[0]",
            "healthPath",
        ]);
    });

    it("lists what a route lacks", async () => {
        expect((await provider.check(ROUTE, { app: 1 })).failures).toEqual([
            "router: is missing",
            "app: is number, not string",
            "routes: is missing",
            "servers: is missing",
        ]);
        expect((await provider.check(ROUTE, { ...route, routes: [], servers: [] })).failures).toEqual([
            "routes: is empty: a route leads from at least one host",
            "servers: is empty: a route leads to at least one server",
        ]);
    });

    it("waits with what is not known yet", async () => {
        const inputs = { ...route, router: UNKNOWN, servers: [UNKNOWN], routes: UNKNOWN };
        expect((await provider.check(ROUTE, inputs)).failures).toEqual([]);
        const probe = { container: UNKNOWN, url: UNKNOWN, from: UNKNOWN, timeoutSeconds: 1 };
        expect((await provider.check(READY, probe)).failures).toEqual([]);
    });

    it("wants at most one way to ask whether a container is ready", async () => {
        const inputs = { container: "a", timeoutSeconds: 1 };
        const failures = async (more: Values) =>
            (await provider.check(READY, { ...inputs, ...more })).failures;
        expect(await failures({})).toEqual([]);
        expect(await failures({ url: "http://a:1", from: "b" })).toEqual([]);
        expect(await failures({ url: "http://a:1", from: "b", command: ["true"] })).toEqual([
            "url: only one of url and command",
        ]);
        expect(await failures({ url: "http://a:1" })).toEqual([
            "from: goes with url: the container that asks for it",
        ]);
        expect(await failures({ from: "b" })).toEqual([
            "from: goes with url: the container that asks for it",
        ]);
    });

    it("takes a yes or no for whether root is refused", async () => {
        const inputs = { container: "a", timeoutSeconds: 1 };
        expect((await provider.check(READY, { ...inputs, refuseRoot: true })).failures).toEqual([]);
        expect((await provider.check(READY, { ...inputs, refuseRoot: "yes" })).failures).toEqual([
            "refuseRoot: is string, not boolean",
        ]);
    });

    it("takes whole seconds to wait, and some", async () => {
        const inputs = { container: "a", command: ["true"] };
        expect((await provider.check(READY, { ...inputs, timeoutSeconds: 0 })).failures).toEqual([
            "timeoutSeconds: 0 is not allowed: a whole number from 1 to 86400",
        ]);
    });

    it("takes only plain file names and texts as secrets", async () => {
        const inputs = { prefix: "p", image: "i", files: secret({ "../passwd": "x", "a b": "x", ok: 1 }) };
        expect((await provider.check(SECRETS, inputs)).failures).toEqual([
            "files.../passwd: is no plain file name: letters, digits, '.', '_' and '-'",
            "files.a b: is no plain file name: letters, digits, '.', '_' and '-'",
            "files.ok: is number, not string",
        ]);
    });

    it("takes only identifiers as databases and users", async () => {
        const { failures } = await provider.check(DATABASE, { ...database, database: 'x"; DROP', user: "A" });
        expect(failures.map((failure) => failure.split(":", 1)[0])).toEqual(["database", "user"]);
    });
});

describe("diff", () => {
    let provider: ProviderClient;
    beforeAll(async () => {
        provider = await ProviderClient.start();
    });
    afterAll(() => provider.close());

    it("sees no difference where there is none, whatever the order of keys", async () => {
        const reordered = Object.fromEntries(Object.entries(route).reverse());
        expect(await provider.diff(ROUTE, route, reordered)).toEqual({ changed: [], replaces: [] });
    });

    it("updates a route in place, and makes a new one for another name", async () => {
        expect(await provider.diff(ROUTE, route, { ...route, servers: ["http://b:1"] })).toEqual({
            changed: ["servers"],
            replaces: [],
        });
        expect(await provider.diff(ROUTE, route, { ...route, app: "other" })).toEqual({
            changed: ["app"],
            replaces: ["app"],
        });
    });

    it("makes a new volume for every change of secrets", async () => {
        const files = (content: string): Values => ({
            prefix: "p",
            image: "i",
            files: secret({ a: content }),
        });
        expect(await provider.diff(SECRETS, files("1"), files("1"))).toEqual({ changed: [], replaces: [] });
        expect(await provider.diff(SECRETS, files("1"), files("2"))).toEqual({
            changed: ["files"],
            replaces: ["files"],
        });
    });

    it("sets a new password in place, and never turns one database into another", async () => {
        expect(await provider.diff(DATABASE, database, { ...database, password: secret("new") })).toEqual({
            changed: ["password"],
            replaces: [],
        });
        expect(await provider.diff(DATABASE, database, { ...database, database: "other" })).toEqual({
            changed: ["database"],
            replaces: ["database"],
        });
    });

    it("counts what is not known yet as a change", async () => {
        expect((await provider.diff(ROUTE, route, { ...route, router: UNKNOWN })).changed).toEqual([
            "router",
        ]);
    });

    it("does not take a value that becomes secret for a change of the value", async () => {
        expect(await provider.diff(DATABASE, { ...database, password: "pass" }, database)).toEqual({
            changed: [],
            replaces: [],
        });
    });
});

describe("preview", () => {
    it("promises outputs and keeps secrets secret, and touches no engine", async () => {
        const provider = await ProviderClient.start();
        await provider.configure("unix:///nowhere/docker.sock");
        expect(await provider.create(ROUTE, route, true)).toEqual({
            id: "",
            state: { ...route, service: UNKNOWN },
        });
        const { state } = await provider.create(DATABASE, database, true);
        expect(state).toEqual(database);
        provider.close();
    });
});

describe("an engine that is not there", () => {
    it("is an error that says so", async () => {
        const provider = await ProviderClient.start();
        await provider.configure("unix:///nowhere/docker.sock");
        await expect(provider.create(ROUTE, route)).rejects.toThrow("/nowhere/docker.sock");
        await expect(provider.read(SECRETS, "gone", { prefix: "gone" })).rejects.toThrow(
            "/nowhere/docker.sock",
        );
        provider.close();
    });
});

describe("import", () => {
    it("is refused for what can't be known by an id alone", async () => {
        const provider = await ProviderClient.start();
        await provider.configure("unix:///nowhere/docker.sock");
        await expect(provider.read(SECRETS, "gone", {})).rejects.toThrow(
            "berth:index:SecretVolume can't be imported",
        );
        provider.close();
    });
});
