import Docker from "dockerode";
import { Client } from "pg";
import { createClient } from "redis";
import { Stack, succeeds } from "../support/stack";
import { eventually, Through } from "../support/through";

const PORTS = { router: 18000, partyquizPostgres: 15432, partyquizRedis: 16379, korczewskiPostgres: 15433 };

/** The whole dev composition, with names and ports of its own: it runs beside a developer's dev stack. */
const CONFIG = `config:
  berth:composition: dev
  berth:httpPort: ${PORTS.router}
  berth:domain: e2e.localhost
  berth:inventSecrets: true
  partyquiz:publish:
    postgres: ${PORTS.partyquizPostgres}
    redis: ${PORTS.partyquizRedis}
  korczewski:publish:
    postgres: ${PORTS.korczewskiPostgres}
  korczewski:googleClientId: test
  connected-repo:googleClientId: test
  connected-repo:webappUrl: http://app.e2e.localhost
`;

const DATA_VOLUMES = [
    "berth-e2e-audifi-db-data",
    "berth-e2e-connected-repo-postgres-data",
    "berth-e2e-korczewski-postgres-data",
    "berth-e2e-korczewski-redis-data",
    "berth-e2e-partyquiz-postgres-data",
    "berth-e2e-partyquiz-redis-data",
];

const docker = new Docker();
const stack = new Stack("e2e", CONFIG);
const through = new Through(PORTS.router);

jest.setTimeout(10 * 60_000);

/** Names of what the stack has on the engine. */
async function onEngine(): Promise<{ containers: string[]; networks: string[]; volumes: string[] }> {
    const filters = { label: [`berth.stack=${stack.prefix}`] };
    const [containers, networks, { Volumes: volumes }] = await Promise.all([
        docker.listContainers({ all: true, filters }),
        docker.listNetworks({ filters }),
        docker.listVolumes({ filters }),
    ]);
    return {
        containers: containers.flatMap(({ Names }) => Names.map((name) => name.slice(1))).sort(),
        networks: networks.map(({ Name }) => Name).sort(),
        volumes: volumes.map(({ Name }) => Name).sort(),
    };
}

async function containerOf(app: string): Promise<Docker.Container> {
    const [found] = await docker.listContainers({
        filters: { label: [`berth.stack=${stack.prefix}`, `berth.part=${app}`] },
    });
    if (found === undefined) {
        throw new Error(`no container of ${app} runs`);
    }
    return docker.getContainer(found.Id);
}

beforeAll(async () => {
    // What a run left behind that was killed.
    expect(await stack.down("--volumes")).toMatchObject({ code: 0 });
    const up = await stack.up();
    expect(up).toMatchObject({ code: 0 });
    expect(up.output.match(/✓ .*healthy|✓/g)?.length).toBeGreaterThanOrEqual(10);
});

afterAll(async () => {
    await stack.down("--volumes");
});

describe("the dev stack, up from nothing", () => {
    it.each([
        ["degixdaw.e2e.localhost", "/health", "degixdaw-web", {}],
        [
            "partyquiz.e2e.localhost",
            "/api/healthz",
            "partyquiz-web",
            { database: "connected", redis: "connected" },
        ],
        ["connected-repo.e2e.localhost", "/health", "connected-repo-api", { database: "connected" }],
        ["audifi.e2e.localhost", "/api/v1/health", "audifi-api", { database: "connected" }],
        ["frontend.korczewski.e2e.localhost", "/health", "korczewski-frontend", {}],
        [
            "backend.korczewski.e2e.localhost",
            "/health",
            "korczewski-backend",
            { database: "connected", redis: "connected" },
        ],
        [
            "payment.korczewski.e2e.localhost",
            "/api/health",
            "korczewski-payment",
            { database: "connected", redis: "connected" },
        ],
        [
            "auth.korczewski.e2e.localhost",
            "/health",
            "korczewski-auth",
            { database: "connected", redis: "connected" },
        ],
        [
            "vault.korczewski.e2e.localhost",
            "/health",
            "korczewski-vault",
            { database: "connected", redis: "connected" },
        ],
    ])("%s%s is answered by %s", async (host, path, app, dependencies) => {
        expect(await through.get(host, path)).toEqual({
            status: 200,
            body: { status: "ok", app, version: "dev", ...dependencies },
        });
    });

    it("an unknown host is nobody's", async () => {
        expect((await through.get("nobody.e2e.localhost")).status).toBe(404);
    });

    it("/ws and what is below it are the websocket server's, /wsx is not", async () => {
        const host = "partyquiz.e2e.localhost";
        expect(await through.echo(host, "/ws", "hello")).toBe("hello");
        expect(await through.echo(host, "/ws/room/1", "hello")).toBe("hello");
        await expect(through.echo(host, "/wsx", "hello")).rejects.toThrow("status 404");
        expect((await through.get(host, "/")).body).toMatchObject({ app: "partyquiz-web" });
    });

    it("publishes the declared ports and no other, on the loopback address", async () => {
        const containers = await docker.listContainers({
            filters: { label: [`berth.stack=${stack.prefix}`] },
        });
        const published = containers
            .flatMap(({ Ports }) => Ports)
            .filter(({ PublicPort }) => PublicPort)
            .map(({ IP, PublicPort }) => `${IP}:${PublicPort}`);
        expect(published.sort()).toEqual(
            Object.values(PORTS)
                .map((port) => `127.0.0.1:${port}`)
                .sort(),
        );
    });

    it("lets programs on this machine reach the published databases, with their passwords", async () => {
        const { Config } = await (await containerOf("partyquiz-web")).inspect();
        const urlOf = (name: string) =>
            new URL(Config.Env.find((each) => each.startsWith(name))?.slice(name.length) ?? "");
        const database = urlOf("DATABASE_URL=");
        database.host = `127.0.0.1:${PORTS.partyquizPostgres}`;
        const postgres = new Client({ connectionString: database.href });
        await postgres.connect();
        expect((await postgres.query("SELECT current_database()")).rows).toEqual([
            { current_database: "partyquiz" },
        ]);
        await postgres.end();
        const cache = urlOf("REDIS_URL=");
        cache.host = `127.0.0.1:${PORTS.partyquizRedis}`;
        const redis = createClient({ url: cache.href });
        await redis.connect();
        expect(await redis.ping()).toBe("PONG");
        redis.destroy();
    });

    it("shows no secret in what a container is started with, but in its environment", async () => {
        const { Config } = await (await containerOf("partyquiz-postgres")).inspect();
        expect(JSON.stringify(Config)).not.toMatch(/PASSWORD=/);
        const redis = (await (await containerOf("partyquiz-redis")).top()) as { Processes: string[][] };
        const commands = redis.Processes.map((columns) => columns.at(-1));
        expect(commands).toEqual([expect.stringMatching(/^redis-server \*:6379$/)]);
    });

    it("is unchanged by a second up, a refresh and a preview", async () => {
        expect(await stack.up("--", "--expect-no-changes")).toMatchObject({ code: 0 });
        expect(await stack.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")).toMatchObject(
            { code: 0 },
        );
        expect(await stack.pulumi("preview", "--expect-no-changes")).toMatchObject({ code: 0 });
        expect(await stack.pulumi("stack", "graph", "/dev/null")).toMatchObject({ code: 0 });
    });
});

describe("data", () => {
    const host = "partyquiz.e2e.localhost";
    const api = "connected-repo.e2e.localhost";

    it("outlives every container, and a stack that goes down and up again", async () => {
        expect((await through.send("POST", api, "/rows", { value: "kept" })).status).toBe(201);
        expect((await through.send("POST", host, "/rows", { value: "kept" })).status).toBe(201);
        expect((await through.send("PUT", host, "/keys/answer", { value: "42" })).status).toBeLessThan(300);

        const before = await onEngine();
        const replaced = await stack.up("--", "--replace", "**docker:index/container:Container**");
        expect(replaced).toMatchObject({ code: 0 });
        await expectData();
        const after = await onEngine();
        // The route moved: automatic names change, the fixed ones stay.
        expect(after.containers).toHaveLength(before.containers.length);
        expect(after.containers.filter((name) => /-\d-[0-9a-f]{7}$/.test(name))).not.toEqual(
            before.containers.filter((name) => /-\d-[0-9a-f]{7}$/.test(name)),
        );

        const down = await stack.down();
        expect(down).toMatchObject({ code: 0 });
        expect(await onEngine()).toEqual({ containers: [], networks: [], volumes: DATA_VOLUMES });
        expect(down.output).toContain("berth-e2e-partyquiz-postgres-data");

        expect(await stack.up()).toMatchObject({ code: 0 });
        await expectData();
    });

    async function expectData(): Promise<void> {
        expect((await through.get(api, "/rows")).body).toMatchObject([{ value: "kept" }]);
        expect((await through.get(host, "/rows")).body).toMatchObject([{ value: "kept" }]);
        expect((await through.get(host, "/keys/answer")).body).toMatchObject({ value: "42" });
    }
});

describe("trouble", () => {
    const host = "degixdaw.e2e.localhost";

    it("a container whose process is killed comes back by itself", async () => {
        const container = await containerOf("degixdaw-web");
        const { State } = await container.inspect();
        process.kill(State.Pid, "SIGKILL");
        await eventually(
            () => container.inspect(),
            (now) => now.RestartCount === 1 && now.State.Running && now.State.Pid !== State.Pid,
        );
        await eventually(
            () => through.get(host, "/health"),
            ({ status }) => status === 200,
        );
    });

    it("a release that exits at once fails with its last words, and the old version goes on serving", async () => {
        const broken = `  degixdaw:develop:
    web:
      source: /tmp
      target: /broken
      command: [node, -e, "console.log('last words'); process.exit(3)"]
`;
        await stack.withConfig(broken, async () => {
            const up = await stack.up();
            expect(up.code).not.toBe(0);
            expect(up.output).toMatch(
                /berth-e2e-degixdaw-web-1-[0-9a-f]{7} .*(exited with code 3|starts over and over)/,
            );
            expect(up.output).toContain("| last words");
        });
        expect((await through.get(host, "/health")).status).toBe(200);
        await succeeds(stack.up());
        expect((await onEngine()).containers.filter((name) => name.includes("degixdaw-web"))).toHaveLength(1);
    });

    it("wrong settings are named all at once, and nothing is touched", async () => {
        const wrong = "  degixdaw:replicas: { web: 0 }\n  audifi:jwtSecret: short\n";
        const before = await onEngine();
        await stack.withConfig(wrong, async () => {
            const up = await stack.up();
            expect(up.code).not.toBe(0);
            expect(up.output).toContain('Settings of the stack "e2e": 2 problems, nothing was touched.');
            expect(up.output).toContain(
                "degixdaw:replicas.web: 0 is not allowed: a whole number of at least 1",
            );
            expect(up.output).toContain("audifi:jwtSecret: has 5 characters: at least 32 are needed");
        });
        expect(await onEngine()).toEqual(before);
    });
});

describe("the state", () => {
    it("holds no password in clear", async () => {
        const { output } = await stack.pulumi("stack", "export");
        const { Config } = await (await containerOf("partyquiz-web")).inspect();
        const password = /postgresql:\/\/partyquiz:([^@]+)@/.exec(Config.Env.join("\n"))?.[1] ?? "";
        expect(password).toHaveLength(32);
        expect(output).toContain("ciphertext");
        expect(output).not.toContain(password);
    });
});

describe("down with its volumes", () => {
    it("leaves nothing", async () => {
        expect(await stack.down("--volumes")).toMatchObject({ code: 0 });
        expect(await onEngine()).toEqual({ containers: [], networks: [], volumes: [] });
    });
});
