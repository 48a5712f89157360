import * as pulumi from "@pulumi/pulumi";
import { Place } from "../components/platform";
import { AppSettings, defineSystem } from "./system";

const HEALTH = { path: "/health" };

/** One port an app: its document's health checks name others than its routes, and the routed one serves both. */
const PORTS = { frontend: 3007, backend: 3008, payment: 3005, auth: 5501, vault: 5001 };

/** korczewski.de: five apps that share one Postgres and one Redis. Auth comes first, the frontend last. */
export const korczewski = defineSystem({
    name: "korczewski",
    apps: { frontend: {}, backend: {}, payment: {}, auth: {}, vault: {} },
    hosts: {
        frontend: "L2P",
        backend: "L2P's API",
        payment: "payments",
        auth: "sign-in",
        vault: "VideoVault",
    },
    secrets: {
        jwtSecret: { description: "key that signs tokens", minLength: 32, generated: true },
        googleClientSecret: { description: "secret of the Google OAuth client" },
        stripeSecretKey: { description: "Stripe's secret key" },
        stripeWebhookSecret: { description: "Stripe's webhook secret" },
    },
    values: {
        googleClientId: { description: "id of the Google OAuth client" },
        logLevel: { description: "how much the apps log: debug, info or error", default: "error" },
    },
    servers: ["postgres", "redis"],

    place(here, { apps, hosts, urls, secrets, values, servers }) {
        const server = here.postgres("postgres", { version: 16, ...servers.postgres });
        const redis = here.redis("redis", servers.redis);
        const common = {
            NODE_ENV: "production",
            LOG_LEVEL: values.logLevel,
            CORS_ORIGIN: urls.frontend,
        };
        const place = placer(here, common);
        const onData = (database: string) => ({
            DATABASE_URL: server.database(database).url,
            REDIS_URL: redis.url,
            JWT_SECRET: secrets.jwtSecret,
        });

        const auth = place("auth", apps.auth, {
            host: hosts.auth,
            env: { GOOGLE_CLIENT_ID: values.googleClientId, PUBLIC_URL: urls.auth },
            secrets: { ...onData("auth"), GOOGLE_CLIENT_SECRET: secrets.googleClientSecret },
        });
        const authUrl = auth.internalUrl ?? urls.auth;
        const backend = place("backend", apps.backend, {
            host: hosts.backend,
            env: { AUTH_URL: authUrl },
            secrets: onData("l2p"),
        });
        const payment = place("payment", apps.payment, {
            host: hosts.payment,
            healthPath: "/api/health",
            env: { AUTH_URL: authUrl },
            secrets: {
                ...onData("payment"),
                STRIPE_SECRET_KEY: secrets.stripeSecretKey,
                STRIPE_WEBHOOK_SECRET: secrets.stripeWebhookSecret,
            },
        });
        const vault = place("vault", apps.vault, {
            host: hosts.vault,
            env: { AUTH_URL: authUrl },
            secrets: onData("vault"),
        });
        const frontend = place("frontend", apps.frontend, {
            host: hosts.frontend,
            env: {
                API_URL: urls.backend,
                AUTH_PUBLIC_URL: urls.auth,
                BACKEND_URL: backend.internalUrl ?? urls.backend,
            },
            secrets: {},
        });
        return {
            frontend: { app: frontend, health: HEALTH },
            backend: { app: backend, health: HEALTH },
            payment: { app: payment, health: { path: "/api/health" } },
            auth: { app: auth, health: HEALTH },
            vault: { app: vault, health: HEALTH },
        };
    },
});

interface Service {
    readonly host: string;
    /** @default "/health" */
    readonly healthPath?: string;
    readonly env: Record<string, pulumi.Input<string>>;
    readonly secrets: Record<string, pulumi.Input<string>>;
}

/** What the five apps have in common. */
function placer(here: Place, common: Record<string, string>) {
    return (name: keyof typeof PORTS, settings: AppSettings, service: Service) =>
        here.app(name, {
            ...settings,
            port: PORTS[name],
            health: {
                path: service.healthPath ?? HEALTH.path,
                intervalSeconds: 30,
                timeoutSeconds: 10,
                retries: 3,
            },
            env: { ...common, PORT: String(PORTS[name]), ...service.env },
            secrets: service.secrets,
            routes: [{ host: service.host }],
        });
}
