import { defineSystem } from "./system";

const PORT = 8080;
const HEALTH = { path: "/api/v1/health" };

/** AudiFi's backend: an API on Postgres. */
export const audifi = defineSystem({
    name: "audifi",
    apps: { api: {} },
    hosts: { api: "API" },
    secrets: {
        jwtSecret: { description: "key that signs tokens", minLength: 32, generated: true },
        magicLinkSecret: { description: "key that signs magic links", generated: true },
        sendgridApiKey: { description: "SendGrid's API key" },
    },
    values: {},
    servers: ["db"],

    place(here, { apps, hosts, secrets, servers }) {
        const server = here.postgres("db", { version: 16, ...servers.db });
        const database = server.database("audifi");
        const api = here.app("api", {
            ...apps.api,
            port: PORT,
            health: { ...HEALTH, intervalSeconds: 30, timeoutSeconds: 10 },
            env: { NODE_ENV: "production", PORT: String(PORT) },
            release: ["npm", "run", "db:migrate"],
            secrets: {
                DATABASE_URL: database.url,
                JWT_SECRET: secrets.jwtSecret,
                MAGIC_LINK_SECRET: secrets.magicLinkSecret,
                SENDGRID_API_KEY: secrets.sendgridApiKey,
            },
            routes: [{ host: hosts.api }],
        });
        return { api: { app: api, health: HEALTH, commands: server.commands } };
    },
});
