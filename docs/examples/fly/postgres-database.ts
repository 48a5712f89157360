import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { PostgresDatabase } from "../../../providers/sdk/fly";

const password = new random.RandomPassword("shop-password", { length: 32, special: false });

// On a server that may be another stack's: destroying this one forgets the database, and drops nothing.
const database = new PostgresDatabase("shop", {
    app: "team-db",
    database: "shop_staging",
    user: "shop_staging",
    password: password.result,
});

export const url = pulumi.interpolate`postgresql://${database.user}:${database.password}@team-db.internal:5432/${database.database}`;
