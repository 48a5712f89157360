import { DockerPlatform } from "../../components/docker/platform";

const platform = new DockerPlatform("platform", {
    prefix: "shop-dev",
    host: "unix:///var/run/docker.sock",
    router: { listen: { address: "127.0.0.1", httpPort: 8000 }, logLevel: "INFO" },
});
const shop = platform.forSystem("shop");
const database = shop.postgres("postgres", { version: 16 }).database("shop");

const web = shop.app("web", {
    image: "ghcr.io/your-team/shop-web:1.4.2",
    port: 3000,
    health: { path: "/health" },
    secrets: { DATABASE_URL: database.url },
    limits: { cpus: 0.5, memoryMb: 512 },
    replicas: 2,
    routes: [{ host: "shop.example.org" }, { host: "shop.example.org", pathPrefix: "/api" }],
    requestsPerMinute: 600,
});

export const urls = web.urls;
