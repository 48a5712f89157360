import Docker from "dockerode";
import { PSQL, RunSql } from "../postgres";
import { exec } from "./exec";

/**
 * Runs SQL on the server in a container. The statements travel in the environment: the process list shows arguments.
 */
export function sqlIn(docker: Docker, container: string): RunSql {
    const command = `printf '%s' "$SQL" | ${PSQL}`;
    return (sql) => exec(docker, container, ["sh", "-c", command], { env: { SQL: sql } });
}
