import * as docker from "@pulumi/docker";
import { EngineProvider, Ready } from "../../providers/sdk";

const host = "unix:///var/run/docker.sock";
const engine = new docker.Provider("engine", { host });
const provider = new EngineProvider("engine", { host });

const database = new docker.Container("db", { image: "postgres:16" }, { provider: engine });

const ready = new Ready(
    "db-ready",
    {
        container: database.id,
        command: ["pg_isready", "-q", "-h", "127.0.0.1", "-U", "postgres"],
        timeoutSeconds: 60,
    },
    { provider },
);

/** Known once the database answers: what depends on it waits. */
export const container = ready.container;
