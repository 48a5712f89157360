import { FlyPlatform } from "../../components/fly/platform";

const platform = new FlyPlatform("fly-platform", { region: "fra" });
const shop = platform.forSystem("shop");
const database = shop.postgres("postgres", { version: 16 }).database("shop");

const web = shop.app("web", {
    image: "registry.fly.io/shop-web:1.4.2",
    port: 3000,
    health: { path: "/health", intervalSeconds: 15 },
    secrets: { DATABASE_URL: database.url },
    // With the new image, before anything is replaced. When it fails, the old version goes on serving.
    release: ["npx", "prisma", "migrate", "deploy"],
    // The machines' size.
    limits: { cpus: 1, memoryMb: 512 },
    replicas: 2,
    // The first one is Fly's own; the second one is yours, and Fly gets a certificate for it.
    routes: [{ host: "shop-web.fly.dev" }, { host: "shop.example.org" }],
});

export const urls = web.urls;
export const commands = web.commands;
