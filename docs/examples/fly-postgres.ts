import { FlyPlatform } from "../../components/fly/platform";

const shop = new FlyPlatform("fly-platform", { region: "fra" }).forSystem("shop");
const server = shop.postgres("db", { version: 16, limits: { cpus: 1, memoryMb: 1024 } });

// Two databases, each with a user of its own who may enter no other.
export const shopUrl = server.database("shop").url;
export const reportsUrl = server.database("reports").url;
export const commands = server.commands;

// A server that another stack owns: nothing but a database and a user is made on it.
const theirs = shop.postgres("billing", { version: 16, existing: "billing-db" });
export const billingUrl = theirs.database("shop").url;
