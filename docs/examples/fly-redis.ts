import { FlyPlatform } from "../../components/fly/platform";

const shop = new FlyPlatform("fly-platform", { region: "fra" }).forSystem("shop");
const redis = shop.redis("redis", { version: 7, limits: { memoryMb: 512 } });

shop.app("worker", {
    image: "registry.fly.io/shop-worker:1.4.2",
    secrets: { REDIS_URL: redis.url },
});
