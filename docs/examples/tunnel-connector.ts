import * as pulumi from "@pulumi/pulumi";
import { DockerPlatform } from "../../components/docker/platform";

const config = new pulumi.Config();

// No port of the host is open: the tunnel is the only way in.
const platform = new DockerPlatform("platform", {
    prefix: "shop-prod",
    host: "ssh://deploy@server.example.org",
    router: { tunnel: { hosts: ["shop.example.org"] }, logLevel: "ERROR" },
});

// For a tunnel that is there already; CloudflareTunnel makes one, and its token with it.
platform.connectTunnel("tunnel-connector", { token: config.requireSecret("tunnelToken") });
