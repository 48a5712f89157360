import Docker from "dockerode";
import { exec } from "./exec";
import { scramVerifier } from "./scram";

/** A database and its owner, on the server in a container. Names are plain identifiers. */
export interface DatabaseAndOwner {
    readonly server: string;
    readonly database: string;
    readonly user: string;
    readonly password: string;
}

/** Makes what is missing, sets the password, and keeps everybody else out of the database. */
export async function ensureDatabase(docker: Docker, wanted: DatabaseAndOwner): Promise<void> {
    const verifier = await scramVerifier(wanted.password);
    const { exitCode, output } = await psql(docker, wanted.server, statements(wanted, verifier));
    if (exitCode !== 0) {
        const reason = output.replaceAll(verifier, "[secret]").trim();
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
    // On a line of its own: there may be warnings before it.
    return /^1$/m.test(output);
}

/** One set-up at a time on one server: two that touch the same user would fail each other. */
function statements({ database, user }: DatabaseAndOwner, verifier: string): string {
    return `
SET lock_timeout = '60s';
SELECT pg_advisory_lock(hashtext('berth'));
SELECT 'CREATE ROLE "${user}" LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${user}') \\gexec
ALTER ROLE "${user}" WITH LOGIN PASSWORD '${verifier}';
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
