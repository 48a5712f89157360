import { DockerPlatform } from "../../components/docker/platform";

const platform = new DockerPlatform("platform", {
    prefix: "shop-dev",
    host: "unix:///var/run/docker.sock",
    router: { listen: { address: "127.0.0.1", httpPort: 8000 }, logLevel: "INFO" },
});
const shop = platform.forSystem("shop");

const cache = shop.redis("redis", { limits: { memoryMb: 256 } });
shop.app("worker", {
    image: "ghcr.io/your-team/shop-worker:1.4.2",
    secrets: { REDIS_URL: cache.url },
});
