import { checkIdentifier } from "../lib/names";
import { Problem } from "../lib/problems";
import { scramVerifier } from "./scram";
import { Properties, UNKNOWN } from "./server/properties";

/** A database and its owner. Names are plain identifiers. */
export interface DatabaseAndOwner {
    readonly database: string;
    readonly user: string;
    readonly password: string;
}

/** Runs SQL as the superuser, wherever the server is. Its rows come one a line, with nothing around them. */
export type RunSql = (sql: string) => Promise<{ readonly exitCode: number; readonly output: string }>;

/** The client that takes SQL on its standard input; the server's own socket trusts the superuser. */
export const PSQL = "psql -X -q -A -t -v ON_ERROR_STOP=1 -U postgres -d postgres";

/** The superuser and the databases that every server has: taking one over would shut the server's owner out. */
const RESERVED: readonly string[] = ["postgres", "template0", "template1"];

/** Checks the names of a database and its owner, as far as they are known. */
export function checkDatabase({ database, user }: Properties): Problem[] {
    return Object.entries({ database, user }).flatMap(([path, value]) =>
        typeof value !== "string" || value === UNKNOWN
            ? []
            : [
                  ...checkIdentifier(path, value),
                  ...(RESERVED.includes(value) ? [{ path, message: `"${value}" is the server's own` }] : []),
              ],
    );
}

/** Makes what is missing, sets the password, and keeps everybody else out of the database. */
export async function ensureDatabase(run: RunSql, wanted: DatabaseAndOwner): Promise<void> {
    const verifier = await scramVerifier(wanted.password);
    const { exitCode, output } = await run(statements(wanted, verifier));
    if (exitCode !== 0) {
        const reason = output.replaceAll(verifier, "[secret]").trim();
        throw new Error(`could not set up the database "${wanted.database}": ${reason}`);
    }
}

/** Whether the server has such a database. */
export async function hasDatabase(run: RunSql, database: string): Promise<boolean> {
    const { exitCode, output } = await run(`SELECT 1 FROM pg_database WHERE datname = '${database}';`);
    if (exitCode !== 0) {
        throw new Error(`could not look for the database "${database}": ${output.trim()}`);
    }
    // On a line of its own: there may be warnings before it.
    return /^1$/m.test(output);
}

/** Who owns a database; undefined where there is none of that name. */
export async function ownerOf(run: RunSql, database: string): Promise<string | undefined> {
    const { exitCode, output } = await run(
        `SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '${database}';`,
    );
    if (exitCode !== 0) {
        throw new Error(`could not look for the database "${database}": ${output.trim()}`);
    }
    const owner = output.trim().split("\n").at(-1);
    return owner === "" ? undefined : owner;
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
