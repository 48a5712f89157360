import * as pulumi from "@pulumi/pulumi";
import { AppArgs } from "../../components/platform";
import { valueOf, Secret } from "../support/graph";
import { placedList, recordPlaced } from "../support/platform";

const CONTAINER = "docker:index/container:Container";

const web: AppArgs = {
    image: "example/web:1",
    port: 3000,
    health: { path: "/health" },
    routes: [{ host: "shop.example" }],
};

describe("an app with a route", () => {
    it("is an image, a container, a wait and a route, and nothing else", async () => {
        const graph = await recordPlaced((here) => here.app("web", web).urls);
        expect(placedList(graph)).toEqual([
            "berth:index:App shop-web",
            "berth:index:Ready shop-web-1-ready",
            "berth:index:Route shop-web-route",
            "docker:index/container:Container shop-web-1",
            "docker:index/remoteImage:RemoteImage shop-web-image",
        ]);
    });

    it("runs in a container without a name and without published ports, so that two can stand side by side", async () => {
        const graph = await recordPlaced((here) => here.app("web", web).urls);
        const { inputs, options, parent } = graph.node("shop-web-1");
        expect(parent).toBe("shop-web");
        expect(inputs).toEqual({
            image: "id of example/web:1",
            envs: [],
            labels: [
                { label: "berth.stack", value: "t" },
                { label: "berth.system", value: "shop" },
                { label: "berth.part", value: "shop-web" },
                {
                    label: "berth.urn",
                    value: "urn:pulumi:test::berth::berth:index:System$berth:index:App$docker:index/container:Container::shop-web-1",
                },
            ],
            volumes: [],
            networksAdvanced: [{ name: "t-edge" }, { name: "t-shop-data", aliases: ["shop-web"] }],
            healthcheck: {
                tests: [
                    "CMD-SHELL",
                    'if command -v wget >/dev/null; then wget -q -T 10 -O /dev/null "http://127.0.0.1:3000/health"; ' +
                        'elif command -v curl >/dev/null; then curl -fsS -m 10 -o /dev/null "http://127.0.0.1:3000/health"; ' +
                        'else node -e \'fetch("http://127.0.0.1:3000/health",{signal:AbortSignal.timeout(10000)})' +
                        ".then(r=>process.exit(r.ok?0:1),()=>process.exit(1))'; fi || exit 1",
                ],
                interval: "30s",
                timeout: "10s",
                startPeriod: "40s",
                retries: 3,
            },
            restart: "unless-stopped",
            logDriver: "json-file",
            logOpts: { "max-size": "10m", "max-file": "3" },
            capabilities: { drops: ["ALL"] },
            securityOpts: ["no-new-privileges:true"],
            readOnly: true,
            tmpfs: { "/tmp": "" },
            destroyGraceSeconds: 10,
            stopTimeout: 10,
        });
        expect(options.deleteBeforeReplace).toBe(false);
        expect(options.additionalSecretOutputs).toEqual(["envs"]);
        expect(options.replaceOnChanges).toEqual([
            "healthcheck",
            "tmpfs",
            "init",
            "stopTimeout",
            "destroyGraceSeconds",
            "cpus",
            "memory",
            "memorySwap",
        ]);
        expect(options.protect).toBeUndefined();
    });

    it("moves its route only after the container answered to the router", async () => {
        const graph = await recordPlaced((here) => here.app("web", web).urls);
        expect(graph.node("shop-web-1-ready").inputs).toEqual({
            container: "shop-web-1-id",
            url: "http://shop-web-1-auto:3000/health",
            from: "router-id",
            timeoutSeconds: 120,
            settleSeconds: 1,
            refuseRoot: true,
        });
        const route = graph.node("shop-web-route");
        expect(route.inputs).toEqual({
            router: "router-id",
            app: "shop-web",
            routes: [{ host: "shop.example", entryPoint: "web" }],
            servers: ["http://shop-web-1-auto:3000"],
            healthPath: "/health",
        });
        expect(route.options.dependencies).toContain("shop-web-1-ready");
    });

    it("tells where it answers", async () => {
        let urls: pulumi.Output<string[]> | undefined;
        let internal: pulumi.Output<string> | undefined;
        await recordPlaced((here) => {
            const app = here.app("web", {
                ...web,
                routes: [{ host: "shop.example" }, { host: "shop.example", pathPrefix: "/ws" }],
            });
            urls = app.urls;
            internal = app.internalUrl;
            return urls;
        });
        expect(urls && (await valueOf(urls))).toEqual([
            "http://shop.example:8000/",
            "http://shop.example:8000/ws",
        ]);
        expect(internal && (await valueOf(internal))).toBe("http://shop-web:3000");
    });
});

describe("an app's options", () => {
    it("replicas share one route, which waits for all of them", async () => {
        const graph = await recordPlaced((here) => here.app("web", { ...web, replicas: 3 }).urls);
        expect(graph.node("shop-web-route").inputs.servers).toEqual([
            "http://shop-web-1-auto:3000",
            "http://shop-web-2-auto:3000",
            "http://shop-web-3-auto:3000",
        ]);
        expect(graph.node("shop-web-route").options.dependencies).toEqual(
            expect.arrayContaining(["shop-web-1-ready", "shop-web-2-ready", "shop-web-3-ready"]),
        );
    });

    it("secrets are secret whatever was passed, plain variables are not", async () => {
        const graph = await recordPlaced(
            (here) =>
                here.app("web", {
                    ...web,
                    env: { B: "plain", A: pulumi.secret("hidden") },
                    secrets: { KEY: "typed in" },
                }).containers,
        );
        expect(graph.node("shop-web-1").inputs.envs).toEqual([
            new Secret("A=hidden"),
            "B=plain",
            new Secret("KEY=typed in"),
        ]);
    });

    it("secret files lie in a volume of their own, mounted read-only", async () => {
        const graph = await recordPlaced(
            (here) =>
                here.app("web", { ...web, user: "1000:1000", secretFiles: { "tls.key": "secret" } })
                    .containers,
        );
        expect(graph.node("shop-web-secrets").inputs).toEqual({
            prefix: "t-shop-web-secrets",
            image: "id of example/web:1",
            user: "1000:1000",
            files: new Secret({ "tls.key": "secret" }),
            labels: { "berth.stack": "t", "berth.system": "shop", "berth.part": "shop-web" },
        });
        expect(graph.node("shop-web-1").inputs.volumes).toEqual([
            { volumeName: "t-shop-web-secrets-auto", containerPath: "/run/secrets", readOnly: true },
        ]);
    });

    it("a data volume is protected where data is, the container that mounts it never", async () => {
        const graph = await recordPlaced(
            (here) =>
                here.app("web", {
                    ...web,
                    volumes: [
                        { volume: "uploads", containerPath: "/data" },
                        { hostPath: "/src", containerPath: "/app/src", readOnly: true },
                    ],
                }).containers,
            { protect: true },
        );
        const volume = graph.node("shop-web-uploads-data");
        expect(volume.inputs.name).toBe("t-shop-web-uploads-data");
        expect(volume.options.protect).toBe(true);
        expect(graph.node("shop-web-1").options.protect).toBeUndefined();
        expect(graph.node("shop-web-1").inputs.volumes).toEqual([
            { volumeName: "t-shop-web-uploads-data", containerPath: "/data" },
            { hostPath: "/src", containerPath: "/app/src", readOnly: true },
        ]);
    });

    it("limits, user, command and times reach the container", async () => {
        const graph = await recordPlaced(
            (here) =>
                here.app("web", {
                    ...web,
                    limits: { cpus: 0.5, memoryMb: 512 },
                    user: "node",
                    command: ["npm", "start"],
                    stopGraceSeconds: 30,
                    readyTimeoutSeconds: 5,
                    health: {
                        path: "/h",
                        intervalSeconds: 1,
                        timeoutSeconds: 2,
                        startPeriodSeconds: 3,
                        retries: 4,
                    },
                }).containers,
        );
        expect(graph.node("shop-web-1").inputs).toMatchObject({
            cpus: "0.5",
            memory: 512,
            memorySwap: 512,
            user: "node",
            command: ["npm", "start"],
            destroyGraceSeconds: 30,
            healthcheck: { interval: "1s", timeout: "2s", startPeriod: "3s", retries: 4 },
        });
        expect(graph.node("shop-web-1-ready").inputs.timeoutSeconds).toBe(5);
    });

    it("an image from a private registry is pulled by a provider that knows the password", async () => {
        const graph = await recordPlaced(
            (here) =>
                here.app("web", {
                    ...web,
                    registry: {
                        address: "registry.example",
                        username: "me",
                        password: pulumi.secret("pass"),
                    },
                }).containers,
        );
        expect(graph.node("shop-web-image").options.provider).toBe("shop-web-registry");
        expect(JSON.stringify(graph.node("shop-web-registry").inputs)).toContain("registry.example");
        expect(graph.node("shop-web-1").options.provider).toBe("engine");
    });

    it("an image can be built instead of pulled", async () => {
        const graph = await recordPlaced(
            (here) =>
                here.app("web", {
                    ...web,
                    image: undefined,
                    build: {
                        context: "/repo",
                        dockerfile: "apps/web/Dockerfile",
                        target: "run",
                        args: { A: "1" },
                        version: "abc",
                    },
                }).containers,
        );
        expect(graph.node("shop-web-image").inputs).toEqual({
            name: "t-shop-web:abc",
            build: {
                context: "/repo",
                dockerfile: "apps/web/Dockerfile",
                target: "run",
                buildArgs: { A: "1" },
            },
            triggers: { version: "abc" },
            keepLocally: true,
        });
    });
});

describe("a worker", () => {
    it("without any health check counts while it runs", async () => {
        const graph = await recordPlaced((here) => here.app("jobs", { image: "example/jobs:1" }).containers);
        expect(graph.node("shop-jobs-1-ready").inputs).toEqual({
            container: "shop-jobs-1-id",
            timeoutSeconds: 120,
            settleSeconds: 5,
            refuseRoot: true,
        });
    });

    it("has neither port nor route, and is asked by a command inside it", async () => {
        const graph = await recordPlaced(
            (here) =>
                here.app("jobs", { image: "example/jobs:1", health: { command: ["node", "alive.js"] } })
                    .containers,
        );
        expect(placedList(graph)).toEqual([
            "berth:index:App shop-jobs",
            "berth:index:Ready shop-jobs-1-ready",
            "docker:index/container:Container shop-jobs-1",
            "docker:index/remoteImage:RemoteImage shop-jobs-image",
        ]);
        expect(graph.node("shop-jobs-1-ready").inputs).toEqual({
            container: "shop-jobs-1-id",
            command: ["node", "alive.js"],
            timeoutSeconds: 120,
            settleSeconds: 1,
            refuseRoot: true,
        });
        expect(graph.node("shop-jobs-1", CONTAINER).inputs.healthcheck).toMatchObject({
            tests: ["CMD", "node", "alive.js"],
        });
    });
});
