import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { EngineProvider, Job } from "../../providers/sdk";

const host = "unix:///var/run/docker.sock";
const engine = new docker.Provider("engine", { host });
const provider = new EngineProvider("engine", { host });
const password = new pulumi.Config().requireSecret("databasePassword");

const network = new docker.Network("shop", { name: "shop" }, { provider: engine });
const image = new docker.RemoteImage(
    "shop-image",
    { name: "ghcr.io/your-team/shop:1.4.2" },
    { provider: engine },
);
const env = { DATABASE_URL: pulumi.interpolate`postgres://shop:${password}@db:5432/shop` };

const migration = new Job(
    "shop-migration",
    {
        name: "shop-migration",
        image: image.imageId,
        imageName: image.name,
        command: ["npx", "prisma", "migrate", "deploy"],
        env,
        networks: [network.name],
        timeoutSeconds: 300,
    },
    { provider },
);

new docker.Container(
    "shop",
    {
        image: image.imageId,
        envs: [pulumi.interpolate`DATABASE_URL=${env.DATABASE_URL}`],
        networksAdvanced: [{ name: network.name }],
    },
    // The new version starts when its migration has succeeded.
    { provider: engine, dependsOn: migration },
);
