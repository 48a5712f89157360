import * as pulumi from "@pulumi/pulumi";
import { App, AppArgs } from "../../components/platform";
import { Secret, valueOf } from "../support/graph";
import { placedOnFly, recordOnFly } from "../support/flyPlaced";

const web: AppArgs = {
    image: "example/web:1",
    port: 3000,
    health: { path: "/health" },
    routes: [{ host: "shop-web.fly.dev" }],
};

/** Records one app, waits for all that it tells, and hands it over. */
async function placed(args: AppArgs, name = "web") {
    let app: App | undefined;
    const graph = await recordOnFly((here) => {
        app = here.app(name, args);
        return [app.urls, app.internalUrl, app.containers];
    });
    if (app === undefined) {
        throw new Error("nothing was placed");
    }
    return { graph, app };
}

/** What the machines of the app `web` run. */
async function configOf(args: AppArgs): Promise<Record<string, unknown>> {
    const { graph } = await placed(args);
    return graph.node("shop-web-machines").inputs.config as Record<string, unknown>;
}

describe("an app on Fly with a route", () => {
    it("is an app, its addresses and its machines, and nothing else", async () => {
        const { graph } = await placed(web);
        expect(placedOnFly(graph)).toEqual([
            "berth:index:FlyApp shop-web",
            "fly:index:App shop-web",
            "fly:index:IpAddress shop-web-ipv4",
            "fly:index:IpAddress shop-web-ipv6",
            "fly:index:MachineGroup shop-web-machines",
        ]);
        expect(graph.node("shop-web", "fly:index:App").inputs).toEqual({
            name: "shop-web",
            organization: "personal",
        });
        expect(["ipv4", "ipv6"].map((each) => graph.node(`shop-web-${each}`).inputs)).toEqual([
            { app: "shop-web", type: "shared_v4" },
            { app: "shop-web", type: "v6" },
        ]);
    });

    it("is reached by HTTPS alone, stops when nobody asks but for one machine, and is checked", async () => {
        const { graph } = await placed(web);
        const { inputs, options, parent } = graph.node("shop-web-machines");
        expect(parent).toBe("shop-web");
        expect(inputs).toEqual({
            app: "shop-web",
            config: {
                image: "example/web:1",
                env: { PRIMARY_REGION: "iad" },
                guest: { cpuKind: "shared", cpus: 1, memoryMb: 256 },
                services: [
                    {
                        internalPort: 3000,
                        ports: [
                            { port: 80, handlers: ["http"], forceHttps: true },
                            { port: 443, handlers: ["tls", "http"] },
                        ],
                        autostop: "stop",
                        autostart: true,
                        minMachinesRunning: 1,
                        checks: [
                            {
                                type: "http",
                                method: "GET",
                                path: "/health",
                                intervalSeconds: 30,
                                timeoutSeconds: 10,
                                gracePeriodSeconds: 5,
                            },
                        ],
                    },
                ],
                files: [],
                stop: { timeoutSeconds: 10 },
            },
            regions: { iad: 1 },
            healthyTimeoutSeconds: 120,
        });
        expect(options).toEqual({ dependencies: ["shop-web"], provider: "fly" });
    });

    it("tells where it answers, and how it is looked after", async () => {
        const { app } = await placed({ ...web, routes: [...(web.routes ?? []), { host: "shop.example" }] });
        expect(await valueOf(app.urls)).toEqual(["https://shop-web.fly.dev", "https://shop.example"]);
        expect(app.internalUrl && (await valueOf(app.internalUrl))).toBe("http://shop-web.internal:3000");
        expect(await valueOf(app.containers)).toEqual(["<first of shop-web-machines>"]);
        expect(app.commands).toEqual({
            status: "fly status -a shop-web",
            logs: "fly logs -a shop-web",
            shell: "fly ssh console -a shop-web",
        });
    });

    it("asks for a certificate for each host but the one that Fly gives it", async () => {
        const hosts = ["shop-web.fly.dev", "shop.example", "www.shop.example"];
        const { graph } = await placed({ ...web, routes: hosts.map((host) => ({ host })) });
        const certificates = graph.nodes.filter(({ type }) => type === "fly:index:Certificate");
        expect(certificates.map(({ name, inputs }) => [name, inputs])).toEqual([
            ["shop-web-shop.example", { app: "shop-web", hostname: "shop.example" }],
            ["shop-web-www.shop.example", { app: "shop-web", hostname: "www.shop.example" }],
        ]);
    });
});

describe("an app on Fly without a route", () => {
    it("has no address and no public port, and is never stopped: a request by its private name starts nothing", async () => {
        const { graph, app } = await placed({ ...web, routes: undefined });
        expect(placedOnFly(graph)).toEqual([
            "berth:index:FlyApp shop-web",
            "fly:index:App shop-web",
            "fly:index:MachineGroup shop-web-machines",
        ]);
        expect(graph.node("shop-web-machines").inputs.config).toMatchObject({
            services: [{ internalPort: 3000, ports: [], autostop: "off", checks: [{ path: "/health" }] }],
        });
        expect(await valueOf(app.urls)).toEqual([]);
    });

    it("is a worker without a port: no service and no name to ask", async () => {
        const { graph, app } = await placed({ image: "example/jobs:1" }, "jobs");
        expect(graph.node("shop-jobs-machines").inputs.config).toMatchObject({ services: [] });
        expect(app.internalUrl).toBeUndefined();
    });
});

describe("an app's options on Fly", () => {
    it("secrets are Fly's, secret whatever was passed, and its machines wait for them", async () => {
        const { graph } = await placed({
            ...web,
            env: { PLAIN: "plain", HIDDEN: pulumi.secret("hidden") },
            secrets: { KEY: "typed in" },
            secretFiles: { "tls.key": "content" },
        });
        const secrets = graph.node("shop-web-secrets");
        expect(secrets.inputs).toEqual({
            app: "shop-web",
            values: new Secret({
                KEY: "typed in",
                FILE_TLS_KEY: Buffer.from("content").toString("base64"),
            }),
        });
        expect(secrets.options.additionalSecretOutputs).toEqual(["values"]);
        const machines = graph.node("shop-web-machines");
        expect(machines.inputs).toMatchObject({
            secretsVersion: 7,
            config: {
                env: { PRIMARY_REGION: "iad", PLAIN: "plain", HIDDEN: new Secret("hidden") },
                files: [{ path: "/run/secrets/tls.key", secret: "FILE_TLS_KEY" }],
            },
        });
        expect(machines.options.dependencies).toEqual(["shop-web", "shop-web-secrets"]);
        expect(JSON.stringify(machines.inputs)).not.toMatch(/typed in|content"/);
    });

    it("command, size, count, times and the release command reach the machines", async () => {
        const { graph } = await placed({
            ...web,
            command: ["npm", "start"],
            release: ["npm", "run", "db:migrate"],
            limits: { cpus: 2, memoryMb: 1024 },
            replicas: 3,
            readyTimeoutSeconds: 40,
            stopGraceSeconds: 300,
            health: { path: "/h", intervalSeconds: 2, timeoutSeconds: 3, startPeriodSeconds: 4 },
        });
        expect(graph.node("shop-web-machines").inputs).toMatchObject({
            config: {
                command: ["npm", "start"],
                guest: { cpuKind: "shared", cpus: 2, memoryMb: 1024 },
                stop: { timeoutSeconds: 300 },
                services: [
                    {
                        checks: [
                            { path: "/h", intervalSeconds: 2, timeoutSeconds: 3, gracePeriodSeconds: 4 },
                        ],
                    },
                ],
            },
            releaseCommand: ["npm", "run", "db:migrate"],
            regions: { iad: 3 },
            healthyTimeoutSeconds: 40,
        });
    });

    it("without a release command and a command it has none: the image's own runs", async () => {
        const { graph } = await placed(web);
        const { inputs } = graph.node("shop-web-machines");
        expect(inputs).not.toHaveProperty("releaseCommand");
        expect(inputs.config).not.toHaveProperty("command");
    });

    it("a port without a path is asked whether it takes connections", async () => {
        const { services } = await configOf({ ...web, health: undefined });
        expect(services).toMatchObject([
            { checks: [{ type: "tcp", intervalSeconds: 30, timeoutSeconds: 10, gracePeriodSeconds: 5 }] },
        ]);
        expect(JSON.stringify(services)).not.toContain('"path"');
    });

    it("may say itself what its primary region is", async () => {
        const { env } = await configOf({ ...web, env: { PRIMARY_REGION: "fra" } });
        expect(env).toEqual({ PRIMARY_REGION: "fra" });
    });

    it("a limit of requests is told not to be kept", async () => {
        const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
        try {
            await placed({ ...web, requestsPerMinute: 200 });
            await placed(web);
            expect(warn.mock.calls.map(([message]) => message)).toEqual([
                "requestsPerMinute is not kept on Fly, whose proxy has no such limit: the app's own counts in each machine for itself.",
            ]);
        } finally {
            warn.mockRestore();
        }
    });
});
