import { defineSystem } from "./system";

const WEB = { port: 3000, health: { path: "/api/healthz" } };
const WS = { port: 8080, health: { path: "/healthz" }, path: "/ws" };

/** PartyQuiz: a web app and a websocket server under one host, on Postgres and Redis. */
export const partyquiz = defineSystem({
    name: "partyquiz",
    apps: { web: {}, ws: {} },
    hosts: { web: "the platform; websockets below /ws" },
    secrets: {
        nextauthSecret: { description: "NextAuth's secret", minLength: 32, generated: true },
    },
    values: {},
    servers: ["postgres", "redis"],

    place(here, { apps, hosts, urls, secrets, servers }) {
        const database = here
            .postgres("postgres", { version: 16, ...servers.postgres })
            .database("partyquiz");
        const redis = here.redis("redis", servers.redis);
        const env = { NODE_ENV: "production", NEXTAUTH_URL: urls.web };
        const shared = {
            DATABASE_URL: database.url,
            REDIS_URL: redis.url,
            NEXTAUTH_SECRET: secrets.nextauthSecret,
        };
        const web = here.app("web", {
            // Next.js keeps its caches beside its own files.
            readOnlyRoot: false,
            ...apps.web,
            port: WEB.port,
            health: WEB.health,
            release: ["npx", "prisma", "migrate", "deploy"],
            env: { ...env, PORT: String(WEB.port) },
            secrets: shared,
            routes: [{ host: hosts.web }],
        });
        const ws = here.app("ws", {
            ...apps.ws,
            port: WS.port,
            health: WS.health,
            env: { ...env, PORT: String(WS.port) },
            secrets: shared,
            routes: [{ host: hosts.web, pathPrefix: WS.path }],
        });
        return { web: { app: web, health: WEB.health }, ws: { app: ws, health: { websocketPath: WS.path } } };
    },
});
