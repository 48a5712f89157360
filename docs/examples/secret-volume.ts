import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { EngineProvider, SecretVolume } from "../../providers/sdk";

const host = "unix:///var/run/docker.sock";
const engine = new docker.Provider("engine", { host });
const provider = new EngineProvider("engine", { host });
const password = new pulumi.Config().requireSecret("databasePassword");

const image = new docker.RemoteImage("db-image", { name: "postgres:16" }, { provider: engine });
const secrets = new SecretVolume(
    "db-secrets",
    { prefix: "shop-db-secrets", image: image.imageId, user: "postgres", files: { password } },
    { provider },
);

new docker.Container(
    "db",
    {
        image: image.imageId,
        envs: ["POSTGRES_PASSWORD_FILE=/run/secrets/password"],
        volumes: [{ volumeName: secrets.volume, containerPath: "/run/secrets", readOnly: true }],
    },
    { provider: engine },
);
