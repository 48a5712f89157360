import * as pulumi from "@pulumi/pulumi";
import { imageOf } from "../../components/images";
import { LOCK_FILE, parseLock } from "../../lib/images";
import { StackOutputs } from "../../stacks/compose";
import { prod } from "../../stacks/prod";
import { Graph, Node, record, Secret, valueOf } from "../support/graph";
import { prodSettings, rawProd, recordProd } from "../support/prod";
import { SYSTEM_APPS } from "../support/systemApps";

const MACHINE = "fly:index:Machine";

/** Production with one system alone, on Fly, under the hosts that its apps have there. */
const alone = (system: string): Record<string, unknown> => ({
    "berth:systems": [system],
    [`${system}:platform`]: "fly",
    [`${system}:exposure`]: undefined,
    [`${system}:hosts`]: undefined,
});

/** Names of the variables that the machines of an app have, a secret one marked with a star. */
function variablesOf(graph: Graph, app: string): string[] {
    const { config } = graph.node(`${app}-machines`).inputs as { config: { env: object } };
    const secrets = graph.nodes.find(({ name }) => name === `${app}-secrets`)?.inputs.values;
    const names = secrets instanceof Secret ? Object.keys(secrets.value as object) : [];
    return [...Object.keys(config.env), ...names.map((name) => `${name}*`)].sort();
}

/** An image of the lock file, for one that the components name. */
function locked(reference: string): string {
    const text = rawProd("prod").readFile(LOCK_FILE) ?? "";
    return imageOf({ ...parseLock(text, LOCK_FILE).lock.images }, reference);
}

describe.each([
    { stack: "prod" as const, app: "audifi-api" },
    { stack: "staging" as const, app: "audifi-api-staging" },
])("AudiFi in $stack", ({ stack, app }) => {
    let graph: Graph;
    let nodes: readonly Node[];
    beforeAll(async () => {
        graph = await recordProd(stack);
        ({ nodes } = graph);
    });

    it(`is the app ${app}, under Fly's own host and with no certificate and no record besides`, () => {
        expect(graph.node("audifi-api", "fly:index:App").inputs).toEqual({
            name: app,
            organization: "personal",
        });
        expect(nodes.filter(({ type }) => type === "fly:index:Certificate")).toEqual([]);
        const records = nodes.filter(({ type }) => type.endsWith(":DnsRecord"));
        expect(records.filter(({ inputs }) => JSON.stringify(inputs).includes("audifi"))).toEqual([]);
    });

    it("runs the image in iad on port 8080, by HTTPS alone, with at least one machine up, checked every 30 s", () => {
        expect(graph.node("audifi-api-machines").inputs).toEqual({
            app,
            config: {
                image: "team/audifi-api:1.0.0",
                env: { PRIMARY_REGION: "iad", NODE_ENV: "production", PORT: "8080" },
                guest: { cpuKind: "shared", cpus: 1, memoryMb: 512 },
                services: [
                    {
                        internalPort: 8080,
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
                                path: "/api/v1/health",
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
            secretsVersion: 7,
            // Before the new version serves; if it fails, the old version stays.
            releaseCommand: ["npm", "run", "db:migrate"],
            healthyTimeoutSeconds: 120,
        });
    });

    it("has its secrets at Fly, and a key of 48 characters where nobody gave one", () => {
        const own = stack === "prod" ? "audifi" : "audifi_staging";
        expect(graph.node("audifi-api-secrets").inputs).toEqual({
            app,
            values: new Secret({
                DATABASE_URL: `postgresql://${own}:<audifi-db-audifi-password>@audifi-db.internal:5432/${own}`,
                JWT_SECRET: "<audifi-jwt-secret>",
                MAGIC_LINK_SECRET: "<audifi-magic-link-secret>",
                SENDGRID_API_KEY: "secret of audifi:sendgridApiKey".padEnd(40, "!"),
            }),
        });
        expect(graph.node("audifi-jwt-secret").inputs.length).toBe(48);
    });

    it("has a database and a user of its own on audifi-db", () => {
        const own = stack === "prod" ? "audifi" : "audifi_staging";
        expect(graph.node("audifi-db-audifi").inputs).toEqual({
            app: "audifi-db",
            database: own,
            user: own,
            password: new Secret("<audifi-db-audifi-password>"),
        });
    });

    it("tells how it is reached and looked after: status, logs, a shell, the database's console", async () => {
        let outputs: StackOutputs | undefined;
        await record(() => {
            outputs = prod(prodSettings(stack));
            return Object.values(outputs.systems).map(({ apps }) => Object.values(apps));
        });
        const api = outputs?.systems.audifi?.apps.api;
        expect(api?.commands).toEqual({
            status: `fly status -a ${app}`,
            logs: `fly logs -a ${app}`,
            shell: `fly ssh console -a ${app}`,
            console: 'fly ssh console -a audifi-db -C "psql -U postgres"',
        });
        expect(api && (await valueOf(api.urls))).toEqual([`https://${app}.fly.dev`]);
        expect(api && (await valueOf(api.healthUrl))).toBe(`https://${app}.fly.dev/api/v1/health`);
        // Nothing beyond the server's own for what stands there.
        expect(outputs?.systems.degixdaw?.apps.web).not.toHaveProperty("commands");
    });
});

describe("AudiFi's database server", () => {
    it("is prod's: Postgres 16 in iad, exactly the locked image, with protected app and disk", async () => {
        const graph = await recordProd("prod");
        expect(graph.node("audifi-db", MACHINE).inputs).toMatchObject({
            app: "audifi-db",
            region: "iad",
            config: {
                image: locked("postgres:16"),
                guest: { cpuKind: "shared", cpus: 1, memoryMb: 1024 },
            },
        });
        for (const [name, type] of [
            ["audifi-db", "fly:index:App"],
            ["audifi-db-data", "fly:index:Volume"],
        ] as const) {
            expect(graph.node(name, type).options).toMatchObject({ protect: true, retainOnDelete: true });
        }
    });

    it("is only entered by staging, which makes no server, no disk and no address for it", async () => {
        const { nodes } = await recordProd("staging");
        const own = nodes.filter(({ type, name }) => type.startsWith("fly:") && name.startsWith("audifi-db"));
        expect(own.map(({ type, name }) => `${type} ${name}`)).toEqual([
            "fly:index:PostgresDatabase audifi-db-audifi",
        ]);
        expect(nodes.filter(({ type }) => type === MACHINE)).toEqual([]);
    });
});

/** Each other system that can stand on Fly, with its servers and databases. */
const OTHERS: [system: string, servers: string[], databases: string[]][] = [
    ["degixdaw", [], []],
    ["connected-repo", ["connected-repo-postgres"], ["connected_repo"]],
    ["korczewski", ["korczewski-postgres", "korczewski-redis"], ["auth", "l2p", "payment", "vault"]],
];

describe("on Fly", () => {
    // connected-repo is told that its limit of requests is not kept.
    const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
    afterAll(() => warn.mockRestore());

    it.each(OTHERS)("%s stands by the same declaration, whole", async (system, servers, databases) => {
        const graph = await recordProd("prod", alone(system));
        const apps = SYSTEM_APPS.filter(([app]) => app.startsWith(`${system}-`));
        const named = (type: string) => graph.nodes.filter((node) => node.type === `fly:index:${type}`);
        expect(
            named("MachineGroup")
                .map(({ inputs }) => inputs.app)
                .sort(),
        ).toEqual(apps.map(([app]) => app).sort());
        for (const [app, port, path, variables] of apps) {
            expect(graph.node(`${app}-machines`).inputs).toMatchObject({
                config: {
                    image: `team/${app}:1.0.0`,
                    env: { PORT: String(port) },
                    services: [{ internalPort: port, checks: [{ path, intervalSeconds: 30 }] }],
                },
            });
            expect(variablesOf(graph, app)).toEqual([...variables, "PRIMARY_REGION"].sort());
        }
        expect(named("Machine").map(({ name }) => name)).toEqual(servers);
        const made = named("PostgresDatabase").map(({ inputs }) => inputs.database);
        expect(made.sort()).toEqual(databases);
        expect(graph.nodes.filter(({ type }) => /^(docker|hcloud|cloudflare):/.test(type))).toEqual([]);
    });

    it("connected-repo has its two replicas, its size and its start period", async () => {
        const graph = await recordProd("prod", alone("connected-repo"));
        expect(graph.node("connected-repo-api-machines").inputs).toMatchObject({
            regions: { iad: 2 },
            config: {
                guest: { cpus: 1, memoryMb: 1024 },
                services: [{ checks: [{ timeoutSeconds: 10, gracePeriodSeconds: 40 }] }],
            },
        });
    });

    it("korczewski's apps reach each other by their private names", async () => {
        const graph = await recordProd("prod", alone("korczewski"));
        expect(graph.node("korczewski-frontend-machines").inputs).toMatchObject({
            config: {
                env: {
                    API_URL: "https://korczewski-backend.fly.dev",
                    BACKEND_URL: "http://korczewski-backend.internal:3008",
                },
            },
        });
        expect(graph.node("korczewski-backend-machines").inputs).toMatchObject({
            config: { env: { AUTH_URL: "http://korczewski-auth.internal:5501" } },
        });
    });

    it("partyquiz can't stand: its two apps share a host", async () => {
        const prefix = [
            '  args.routes[0].pathPrefix: "/ws" is not to be had on Fly, which leads whole hosts to an app',
            "      give the app a host of its own",
        ];
        const own = { ...alone("partyquiz"), "partyquiz:hosts": { web: "quiz.example.com" } };
        await expect(recordProd("prod", own)).rejects.toThrow(
            new Error(['App "partyquiz-ws": 1 problem, nothing was touched.', ...prefix].join("\n")),
        );
        await expect(recordProd("prod", alone("partyquiz"))).rejects.toThrow(
            new Error(
                [
                    'App "partyquiz-ws": 2 problems, nothing was touched.',
                    ...prefix,
                    '  args.routes[0].host: "partyquiz-web.fly.dev" is another app\'s at Fly: this one has partyquiz-ws.fly.dev',
                ].join("\n"),
            ),
        );
    });
});
