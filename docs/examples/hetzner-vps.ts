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

// Everything that stands on the server is tied to it: another server has all of it made anew.
new DockerPlatform("platform", {
    prefix: "shop-prod",
    server: { server: vps.server, sshFolder: ".state/ssh/prod" },
    router: {
        listen: { address: "0.0.0.0", httpPort: 80, tls: { email: "ops@example.org" } },
        logLevel: "ERROR",
    },
});

export const addresses = [vps.ipv4, vps.ipv6];
