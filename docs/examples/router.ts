import { DockerPlatform } from "../../components/docker/platform";
import { HetznerVps } from "../../components/hetzner/vps";

const vps = new HetznerVps("vps", {
    name: "shop-prod",
    serverType: "cx33",
    location: "nbg1",
    sshFrom: ["203.0.113.7/32"],
    web: true,
    volumeSizeGb: 40,
});

// HTTPS for everybody, over IPv4 and IPv6, with certificates of Let's Encrypt; HTTP leads there.
export const platform = new DockerPlatform("platform", {
    prefix: "shop-prod",
    server: { server: vps.server, sshFolder: ".state/ssh/prod" },
    router: {
        listen: { address: "0.0.0.0", httpPort: 80, tls: { email: "ops@example.org" } },
        logLevel: "ERROR",
    },
});
