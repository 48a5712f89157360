import { defineSystem } from "./system";

const PORT = 3000;
const HEALTH = { path: "/health" };

/** connected-repo's backend: an API on Postgres that runs its pending migrations when it starts. */
export const connectedRepo = defineSystem({
    name: "connected-repo",
    apps: { api: { minimum: { cpus: 0.5, memoryMb: 512 } } },
    hosts: { api: "API" },
    secrets: {
        sessionSecret: { description: "key that signs sessions", minLength: 32, generated: true },
        googleClientSecret: { description: "secret of the Google OAuth client" },
    },
    values: {
        googleClientId: { description: "id of the Google OAuth client" },
        webappUrl: { description: "URL of the web app that calls the API; it is served elsewhere" },
    },
    servers: ["postgres"],

    place(here, { apps, hosts, urls, secrets, values, servers }) {
        const server = here.postgres("postgres", { version: 16, ...servers.postgres });
        const database = server.database("connected_repo");
        const api = here.app("api", {
            ...apps.api,
            port: PORT,
            health: {
                ...HEALTH,
                intervalSeconds: 30,
                timeoutSeconds: 10,
                startPeriodSeconds: 40,
                retries: 3,
            },
            env: {
                NODE_ENV: "production",
                PORT: String(PORT),
                DB_HOST: database.host,
                DB_PORT: database.port.apply(String),
                DB_USER: database.user,
                DB_NAME: database.database,
                GOOGLE_CLIENT_ID: values.googleClientId,
                ALLOWED_ORIGINS: values.webappUrl,
                WEBAPP_URL: values.webappUrl,
                VITE_API_URL: urls.api,
            },
            secrets: {
                DB_PASSWORD: database.password,
                SESSION_SECRET: secrets.sessionSecret,
                GOOGLE_CLIENT_SECRET: secrets.googleClientSecret,
            },
            routes: [{ host: hosts.api }],
            // The app's own limit counts in each replica for itself.
            requestsPerMinute: 200,
        });
        return { api: { app: api, health: HEALTH } };
    },
});
