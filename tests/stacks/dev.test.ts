import { dev } from "../../stacks/dev";
import { recordDev, SAMPLE, settingsOf } from "../support/dev";
import { BY_SYSTEM, PLATFORM } from "../support/expectedResources";
import { Graph, record, Secret, valueOf } from "../support/graph";

describe("the whole dev stack", () => {
    let graph: Graph;
    beforeAll(async () => {
        graph = await recordDev();
    });

    it("has these resources and no other: every name is frozen, since a changed one replaces what it names", () => {
        expect(graph.list()).toEqual([...PLATFORM, ...Object.values(BY_SYSTEM).flat()].sort());
    });

    it("has every app, database and server of the five systems", () => {
        const named = (type: string) =>
            graph.nodes.filter((node) => node.type === type).map(({ name }) => name);
        expect(named("berth:index:App").sort()).toEqual([
            "audifi-api",
            "connected-repo-api",
            "degixdaw-web",
            "korczewski-auth",
            "korczewski-backend",
            "korczewski-frontend",
            "korczewski-payment",
            "korczewski-vault",
            "partyquiz-web",
            "partyquiz-ws",
        ]);
        expect(named("berth:index:PostgresDatabase").sort()).toEqual([
            "audifi-db-audifi",
            "connected-repo-postgres-connected-repo",
            "korczewski-postgres-auth",
            "korczewski-postgres-l2p",
            "korczewski-postgres-payment",
            "korczewski-postgres-vault",
            "partyquiz-postgres-partyquiz",
        ]);
        expect(named("berth:index:Redis").sort()).toEqual(["korczewski-redis", "partyquiz-redis"]);
    });

    it("names on the engine are frozen, too: a changed volume name would be an empty database", () => {
        const names = graph.nodes
            .filter(({ type, inputs }) => type.startsWith("docker:index/") && typeof inputs.name === "string")
            .filter(({ type }) => !type.endsWith(":RemoteImage"))
            .map(({ type, inputs }) => `${type.split(":").at(-1) ?? ""} ${String(inputs.name)}`);
        expect(names.sort()).toEqual([
            "Container berth-dev-audifi-db",
            "Container berth-dev-connected-repo-postgres",
            "Container berth-dev-korczewski-postgres",
            "Container berth-dev-korczewski-redis",
            "Container berth-dev-partyquiz-postgres",
            "Container berth-dev-partyquiz-redis",
            "Network berth-dev-audifi-data",
            "Network berth-dev-connected-repo-data",
            "Network berth-dev-degixdaw-data",
            "Network berth-dev-edge",
            "Network berth-dev-korczewski-data",
            "Network berth-dev-korczewski-postgres-publish",
            "Network berth-dev-partyquiz-data",
            "Network berth-dev-partyquiz-postgres-publish",
            "Network berth-dev-partyquiz-redis-publish",
            "Volume berth-dev-audifi-db-data",
            "Volume berth-dev-connected-repo-postgres-data",
            "Volume berth-dev-korczewski-postgres-data",
            "Volume berth-dev-korczewski-redis-data",
            "Volume berth-dev-partyquiz-postgres-data",
            "Volume berth-dev-partyquiz-redis-data",
            "Volume berth-dev-router-routes",
        ]);
    });

    it("publishes the declared ports and no other, all on the loopback address", () => {
        const published = graph.nodes.flatMap(({ name, inputs }) =>
            ((inputs.ports ?? []) as { external: number; ip: string }[]).map(
                ({ ip, external }) => `${name} ${ip}:${external}`,
            ),
        );
        expect(published.sort()).toEqual([
            "korczewski-postgres 127.0.0.1:5433",
            "partyquiz-postgres 127.0.0.1:5432",
            "partyquiz-redis 127.0.0.1:6379",
            "router 127.0.0.1:8000",
        ]);
    });

    it("routes each host and path to its app", () => {
        const routes = graph.nodes
            .filter(({ type }) => type === "berth:index:Route")
            .flatMap(({ inputs }) =>
                (inputs.routes as { host: string; pathPrefix?: string }[]).map(
                    ({ host, pathPrefix = "/" }) => `${host}${pathPrefix} -> ${String(inputs.servers)}`,
                ),
            );
        expect(routes.sort()).toEqual([
            "audifi.localhost/ -> http://audifi-api-1-auto:8080",
            "auth.korczewski.localhost/ -> http://korczewski-auth-1-auto:5501",
            "backend.korczewski.localhost/ -> http://korczewski-backend-1-auto:3008",
            "connected-repo.localhost/ -> http://connected-repo-api-1-auto:3000",
            "degixdaw.localhost/ -> http://degixdaw-web-1-auto:3001",
            "frontend.korczewski.localhost/ -> http://korczewski-frontend-1-auto:3007",
            "partyquiz.localhost/ -> http://partyquiz-web-1-auto:3000",
            "partyquiz.localhost/ws -> http://partyquiz-ws-1-auto:8080",
            "payment.korczewski.localhost/ -> http://korczewski-payment-1-auto:3005",
            "vault.korczewski.localhost/ -> http://korczewski-vault-1-auto:5001",
        ]);
    });

    it("holds no password and no generated secret in clear", () => {
        const clear = JSON.stringify(graph.nodes, (_key, value: unknown) =>
            value instanceof Secret ? "[secret]" : value,
        );
        expect(clear).not.toMatch(/<[a-z-]+(password|secret|key)>/);
        expect(clear).toContain("[secret]");
    });

    it("mounts the Docker socket nowhere, protects no container, and runs nothing privileged", () => {
        const containers = graph.nodes.filter(({ type }) => type.endsWith(":Container"));
        expect(containers).toHaveLength(17);
        for (const { inputs, options } of containers) {
            expect(JSON.stringify(inputs.volumes ?? [])).not.toContain("docker.sock");
            expect(inputs).not.toHaveProperty("privileged");
            expect(options.protect).toBeUndefined();
        }
    });

    it("gives every database a network that leads nowhere else", () => {
        const databases = graph.nodes.filter(
            ({ type, name }) => type.endsWith(":Container") && /-(postgres|redis|db)$/.test(name),
        );
        expect(databases).toHaveLength(6);
        for (const { inputs } of databases) {
            const names = (inputs.networksAdvanced as { name: string }[]).map(({ name }) => name);
            expect(names).not.toContain("berth-dev-edge");
        }
    });

    it("starts auth before its users and the frontend last", () => {
        const secretsAndVariables = (name: string) => JSON.stringify(graph.node(name).inputs.envs);
        expect(secretsAndVariables("korczewski-backend-1")).toContain("AUTH_URL=http://korczewski-auth:5501");
        expect(secretsAndVariables("korczewski-frontend-1")).toContain(
            "BACKEND_URL=http://korczewski-backend:3008",
        );
        expect(graph.node("korczewski-backend-1").options.dependencies).toContain("korczewski-auth-route");
        expect(graph.node("korczewski-frontend-1").options.dependencies).toContain(
            "korczewski-backend-route",
        );
    });
});

describe("a dev stack with changes", () => {
    it("runs one's own image where one is set, and the sample everywhere else", async () => {
        const graph = await recordDev({ "partyquiz:images": '{"web":"ghcr.io/team/web:1"}' });
        expect(graph.node("partyquiz-web-image").inputs.name).toBe("ghcr.io/team/web:1");
        expect(graph.node("partyquiz-web-1").inputs).not.toHaveProperty("command");
        expect(graph.node("partyquiz-ws-image").inputs.name).toBe("berth-dev-sample:abc");
        expect(graph.node("partyquiz-ws-1").inputs.command).toEqual(["node", "server.js", "partyquiz-ws"]);
    });

    it("mounts sources and runs another command for hot reload", async () => {
        const develop = {
            auth: { source: "/home/me/src", target: "/app/src", command: ["npm", "run", "dev"] },
        };
        const { inputs } = (await recordDev({ "korczewski:develop": JSON.stringify(develop) })).node(
            "korczewski-auth-1",
        );
        expect(inputs.command).toEqual(["npm", "run", "dev"]);
        expect(inputs.volumes).toEqual([{ hostPath: "/home/me/src", containerPath: "/app/src" }]);
    });

    it("runs only the systems that are chosen", async () => {
        const graph = await recordDev({ "berth:systems": '["degixdaw"]' });
        expect(
            graph.nodes.filter(({ type }) => type === "berth:index:System").map(({ name }) => name),
        ).toEqual(["degixdaw"]);
    });

    it("takes given secrets instead of making some", async () => {
        const secret = "s".repeat(32);
        const graph = await recordDev({ "partyquiz:nextauthSecret": secret });
        expect(graph.list()).not.toContain(
            "random:index/randomPassword:RandomPassword partyquiz-nextauth-secret",
        );
        expect(graph.node("partyquiz-web-1").inputs.envs).toContainEqual(
            new Secret(`NEXTAUTH_SECRET=${secret}`),
        );
    });

    it("guards data and passwords when told to", async () => {
        const graph = await recordDev({ "berth:protect": "true" });
        const guarded = graph.nodes
            .filter(({ options }) => options.protect)
            .map(({ type }) => type.split(":").at(-1));
        expect(new Set(guarded)).toEqual(new Set(["Volume", "RandomPassword"]));
    });
});

describe("the outputs", () => {
    it("tell where each app answers and what shows that it works", async () => {
        const outputs = await new Promise<Record<string, string>>((resolve, reject) => {
            record(() => {
                const { systems } = dev(settingsOf(), SAMPLE);
                const urls = Object.values(systems).flatMap(({ apps }) => Object.entries(apps));
                return Promise.all(
                    urls.map(async ([name, { healthUrl }]) => [name, await valueOf(healthUrl)] as const),
                ).then((entries) => resolve(Object.fromEntries(entries)));
            }).catch(reject);
        });
        expect(outputs).toMatchObject({
            ws: "ws://partyquiz.localhost:8000/ws",
            payment: "http://payment.korczewski.localhost:8000/api/health",
            api: "http://audifi.localhost:8000/api/v1/health",
        });
    });
});
