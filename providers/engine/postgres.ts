import Docker from "dockerode";
import { exec } from "./exec";

/** A database and its owner, on the server in a container. Names are plain identifiers. */
export interface DatabaseAndOwner {
    readonly server: string;
    readonly database: string;
    readonly user: string;
    readonly password: string;
}

/** Makes what is missing, sets the password, and keeps everybody else out of the database. */
export async function ensureDatabase(docker: Docker, wanted: DatabaseAndOwner): Promise<void> {
    const { exitCode, output } = await psql(docker, wanted.server, statements(wanted));
    if (exitCode !== 0) {
        // psql quotes the statement that failed, and one of them holds the password.
        const reason = output.replaceAll(wanted.password, "[secret]").trim();
        throw new Error(`could not set up the database "${wanted.database}": ${reason}`);
    }
}

/** Whether the server has such a database. */
export async function hasDatabase(docker: Docker, server: string, database: string): Promise<boolean> {
    const { exitCode, output } = await psql(
        docker,
        server,
        `SELECT 1 FROM pg_database WHERE datname = '${database}';`,
    );
    if (exitCode !== 0) {
        throw new Error(`could not look for the database "${database}": ${output.trim()}`);
    }
    return output.trim() === "1";
}

function statements({ database, user, password }: DatabaseAndOwner): string {
    const secret = `'${password.replaceAll("'", "''")}'`;
    return `
SELECT 'CREATE ROLE "${user}" LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${user}') \\gexec
SET standard_conforming_strings = on;
ALTER ROLE "${user}" WITH LOGIN PASSWORD ${secret};
SELECT 'CREATE DATABASE "${database}" OWNER "${user}"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '${database}') \\gexec
ALTER DATABASE "${database}" OWNER TO "${user}";
REVOKE ALL ON DATABASE "${database}" FROM PUBLIC;
`;
}

/**
 * Runs SQL as the superuser over the server's own socket, which trusts it. The statements travel in the environment: the
 * process list shows arguments.
 */
function psql(docker: Docker, server: string, sql: string): ReturnType<typeof exec> {
    const command = `printf '%s' "$SQL" | psql -X -q -A -t -v ON_ERROR_STOP=1 -U postgres -d postgres`;
    return exec(docker, server, ["sh", "-c", command], { env: { SQL: sql } });
}
