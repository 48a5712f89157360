import { defineSystem } from "./system";

const PORT = 3001;
const HEALTH = { path: "/health" };

/** DegixDAW: one app that serves the API and the built frontend; its data lies at Supabase. */
export const degixdaw = defineSystem({
    name: "degixdaw",
    apps: { web: {} },
    hosts: { web: "API and frontend" },
    secrets: {
        supabaseAnonKey: { description: "Supabase's public key" },
        supabaseServiceRoleKey: { description: "Supabase's service role key" },
    },
    values: {
        supabaseUrl: {
            description: "URL of the Supabase project",
            default: "https://xcdzugnjzrkngzmtzeip.supabase.co",
        },
    },
    servers: [],

    place(here, { apps, hosts, urls, secrets, values }) {
        const web = here.app("web", {
            ...apps.web,
            port: PORT,
            health: HEALTH,
            env: {
                NODE_ENV: "production",
                PORT: String(PORT),
                SUPABASE_URL: values.supabaseUrl,
                FRONTEND_URL: urls.web,
            },
            secrets: {
                SUPABASE_ANON_KEY: secrets.supabaseAnonKey,
                SUPABASE_SERVICE_ROLE_KEY: secrets.supabaseServiceRoleKey,
            },
            routes: [{ host: hosts.web }],
        });
        return { web: { app: web, health: HEALTH } };
    },
});
