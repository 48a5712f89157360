import { DockerPlatform } from "../../components/docker/platform";

const platform = new DockerPlatform("platform", {
    prefix: "shop-dev",
    host: "unix:///var/run/docker.sock",
    router: { listen: { address: "127.0.0.1", httpPort: 8000 }, logLevel: "INFO" },
});

const server = platform.forSystem("shop").postgres("postgres", {
    version: 16,
    // Development only: programs on this machine reach it on 127.0.0.1:5432.
    publish: 5432,
    limits: { memoryMb: 1024 },
});

// Two databases, each with a user of its own who may enter no other.
export const shopUrl = server.database("shop").url;
export const reportsUrl = server.database("reports").url;
