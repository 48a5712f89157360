import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { EngineProvider, PostgresDatabase } from "../../providers/sdk";

const provider = new EngineProvider("engine", { host: "unix:///var/run/docker.sock" });
const password = new random.RandomPassword("shop-password", { length: 32, special: false });

// On a server that is there already, in the container `db`.
const database = new PostgresDatabase(
    "shop",
    { server: "db", database: "shop", user: "shop", password: password.result },
    { provider },
);

export const url = pulumi.interpolate`postgresql://${database.user}:${database.password}@db:5432/${database.database}`;
