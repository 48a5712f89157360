import { Graph, Secret } from "../support/graph";
import { recordDev } from "../support/dev";

/** What an app is given, as the system's own documents list it: variables by name, a secret one marked with a star. */
const APPS: [app: string, port: number, health: string, variables: string[]][] = [
    [
        "degixdaw-web",
        3001,
        "/health",
        [
            "FRONTEND_URL",
            "NODE_ENV",
            "PORT",
            "SUPABASE_ANON_KEY*",
            "SUPABASE_SERVICE_ROLE_KEY*",
            "SUPABASE_URL",
        ],
    ],
    [
        "partyquiz-web",
        3000,
        "/api/healthz",
        ["DATABASE_URL*", "NEXTAUTH_SECRET*", "NEXTAUTH_URL", "NODE_ENV", "PORT", "REDIS_URL*"],
    ],
    [
        "partyquiz-ws",
        8080,
        "/healthz",
        ["DATABASE_URL*", "NEXTAUTH_SECRET*", "NEXTAUTH_URL", "NODE_ENV", "PORT", "REDIS_URL*"],
    ],
    [
        "connected-repo-api",
        3000,
        "/health",
        [
            "ALLOWED_ORIGINS",
            "DB_HOST",
            "DB_NAME",
            "DB_PASSWORD*",
            "DB_PORT",
            "DB_USER",
            "GOOGLE_CLIENT_ID",
            "GOOGLE_CLIENT_SECRET*",
            "NODE_ENV",
            "PORT",
            "SESSION_SECRET*",
            "VITE_API_URL",
            "WEBAPP_URL",
        ],
    ],
    [
        "audifi-api",
        8080,
        "/api/v1/health",
        ["DATABASE_URL*", "JWT_SECRET*", "MAGIC_LINK_SECRET*", "NODE_ENV", "PORT", "SENDGRID_API_KEY*"],
    ],
    [
        "korczewski-frontend",
        3007,
        "/health",
        ["API_URL", "AUTH_PUBLIC_URL", "BACKEND_URL", "CORS_ORIGIN", "LOG_LEVEL", "NODE_ENV", "PORT"],
    ],
    [
        "korczewski-backend",
        3008,
        "/health",
        [
            "AUTH_URL",
            "CORS_ORIGIN",
            "DATABASE_URL*",
            "JWT_SECRET*",
            "LOG_LEVEL",
            "NODE_ENV",
            "PORT",
            "REDIS_URL*",
        ],
    ],
    [
        "korczewski-payment",
        3005,
        "/api/health",
        [
            "AUTH_URL",
            "CORS_ORIGIN",
            "DATABASE_URL*",
            "JWT_SECRET*",
            "LOG_LEVEL",
            "NODE_ENV",
            "PORT",
            "REDIS_URL*",
            "STRIPE_SECRET_KEY*",
            "STRIPE_WEBHOOK_SECRET*",
        ],
    ],
    [
        "korczewski-auth",
        5501,
        "/health",
        [
            "CORS_ORIGIN",
            "DATABASE_URL*",
            "GOOGLE_CLIENT_ID",
            "GOOGLE_CLIENT_SECRET*",
            "JWT_SECRET*",
            "LOG_LEVEL",
            "NODE_ENV",
            "PORT",
            "PUBLIC_URL",
            "REDIS_URL*",
        ],
    ],
    [
        "korczewski-vault",
        5001,
        "/health",
        [
            "AUTH_URL",
            "CORS_ORIGIN",
            "DATABASE_URL*",
            "JWT_SECRET*",
            "LOG_LEVEL",
            "NODE_ENV",
            "PORT",
            "REDIS_URL*",
        ],
    ],
];

describe("the five systems", () => {
    let graph: Graph;
    beforeAll(async () => {
        graph = await recordDev();
    });

    it.each(APPS)(
        "%s listens on %d, answers at %s, and is given what its documents list",
        (app, port, health, variables) => {
            const envs = graph.node(`${app}-1`).inputs.envs as (string | Secret)[];
            const names = envs.map((each) =>
                each instanceof Secret
                    ? `${String(each.value).split("=", 1)[0] ?? ""}*`
                    : each.split("=", 1)[0],
            );
            expect(names).toEqual(variables);
            expect(envs).toContain(`PORT=${port}`);
            expect(graph.node(`${app}-1-ready`).inputs.url).toBe(`http://${app}-1-auto:${port}${health}`);
        },
    );

    it("connected-repo and korczewski are checked as their documents say", () => {
        for (const app of ["connected-repo-api", "korczewski-auth"]) {
            expect(graph.node(`${app}-1`).inputs.healthcheck).toMatchObject({
                interval: "30s",
                timeout: "10s",
                startPeriod: "40s",
                retries: 3,
            });
        }
    });

    it("korczewski's four databases share one server, and all its apps with data one Redis", () => {
        const databases = graph.nodes.filter(
            ({ type, name }) => type === "berth:index:PostgresDatabase" && name.startsWith("korczewski-"),
        );
        expect(databases.map(({ inputs }) => [inputs.server, inputs.database, inputs.user])).toEqual([
            ["korczewski-postgres-id", "auth", "auth"],
            ["korczewski-postgres-id", "l2p", "l2p"],
            ["korczewski-postgres-id", "payment", "payment"],
            ["korczewski-postgres-id", "vault", "vault"],
        ]);
    });
});
