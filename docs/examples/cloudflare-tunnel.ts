import { CloudflareTunnel } from "../../components/cloudflare/tunnel";
import { DockerPlatform } from "../../components/docker/platform";

const host = "shop.example.org";
const platform = new DockerPlatform("platform", {
    prefix: "shop-prod",
    host: "ssh://deploy@server.example.org",
    router: { tunnel: { hosts: [host] }, logLevel: "ERROR" },
});
platform.forSystem("shop").app("web", {
    image: "ghcr.io/your-team/shop-web:1.4.2",
    port: 3000,
    routes: [{ host }],
});

const tunnel = new CloudflareTunnel("tunnel", {
    name: "shop-prod",
    accountId: "0123456789abcdef0123456789abcdef",
    zones: [{ name: "example.org", id: "fedcba9876543210fedcba9876543210" }],
    routes: platform.tunnelRoutes(),
    service: platform.tunnelService,
});
platform.connectTunnel("tunnel-connector", { token: tunnel.token });
