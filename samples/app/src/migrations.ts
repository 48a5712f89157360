import { DatabaseError } from "pg";
import { Log, reason } from "./log";
import type { Database } from "./postgres";
import { wait } from "./timeout";

/** One step of the database's schema. Never changed once it was released: a new step mends an old one. */
export interface Migration {
    /** Unique; migrations run in the list's order. */
    readonly name: string;
    readonly sql: string;
}

export const MIGRATIONS: readonly Migration[] = [
    {
        name: "0001_create_rows",
        sql: "create table rows (id integer generated always as identity primary key, value text not null)",
    },
    {
        name: "0002_add_created_at",
        sql: "alter table rows add column created_at timestamptz not null default now()",
    },
];

export interface MigrateOptions {
    /** How long a server that is not there yet is waited for. */
    readonly connectWithinMs: number;
    readonly retryEveryMs: number;
    readonly migrations: readonly Migration[];
}

const DEFAULTS: MigrateOptions = { connectWithinMs: 10_000, retryEveryMs: 250, migrations: MIGRATIONS };

/** Any number, the same in every replica: whoever holds the lock of this number migrates. */
const LOCK = 4_720_911;
const LOCK_TIMEOUT = "60s";

/** SQLSTATEs of a server that will take connections soon: starting up, shutting down for a restart, full. */
const SOON = new Set(["57P01", "57P02", "57P03", "53300"]);

/**
 * Applies what is missing, each migration once and in a transaction of its own, however many processes start at the same
 * time. Returns the names of those applied by this one.
 */
export async function migrate(
    connect: () => Promise<Database>,
    log: Log,
    options: Partial<MigrateOptions> = {},
): Promise<string[]> {
    const { migrations, ...patience } = { ...DEFAULTS, ...options };
    const database = await connectPatiently(connect, log, patience);
    try {
        await database.query(`set lock_timeout = '${LOCK_TIMEOUT}'`);
        await database.query("select pg_advisory_lock($1)", [LOCK]);
        const applied = await applyMissing(database, migrations, log);
        await database.query("select pg_advisory_unlock($1)", [LOCK]);
        if (applied.length === 0) {
            log.info("database is up to date");
        }
        return applied;
    } finally {
        // The end of the connection frees the lock too, whatever happened.
        await database.close();
    }
}

async function applyMissing(
    database: Database,
    migrations: readonly Migration[],
    log: Log,
): Promise<string[]> {
    await database.query(
        "create table if not exists schema_migrations " +
            "(name text primary key, applied_at timestamptz not null default now())",
    );
    const rows = await database.query<{ name: string }>("select name from schema_migrations");
    const done = new Set(rows.map(({ name }) => name));
    const missing = migrations.filter(({ name }) => !done.has(name));
    for (const migration of missing) {
        await apply(database, migration);
        log.info("applied migration", { migration: migration.name });
    }
    return missing.map(({ name }) => name);
}

async function apply(database: Database, { name, sql }: Migration): Promise<void> {
    try {
        await database.query("begin");
        await database.query(sql);
        await database.query("insert into schema_migrations (name) values ($1)", [name]);
        await database.query("commit");
    } catch (error) {
        throw new Error(`migration ${name} failed: ${reason(error)}`, { cause: error });
    }
}

async function connectPatiently(
    connect: () => Promise<Database>,
    log: Log,
    { connectWithinMs, retryEveryMs }: Omit<MigrateOptions, "migrations">,
): Promise<Database> {
    const deadline = performance.now() + connectWithinMs;
    for (let attempt = 1; ; attempt++) {
        try {
            return await connect();
        } catch (error) {
            if (!mayPass(error)) {
                throw new Error(`the database refuses the connection: ${reason(error)}`, { cause: error });
            }
            if (performance.now() + retryEveryMs > deadline) {
                throw new Error(`no database within ${connectWithinMs} ms: ${reason(error)}`, {
                    cause: error,
                });
            }
            if (attempt === 1) {
                log.info("waiting for the database", { reason: reason(error) });
            }
            await wait(retryEveryMs);
        }
    }
}

/** Whether trying again helps: yes when no server answered, or one that says "soon"; not for a wrong password. */
function mayPass(error: unknown): boolean {
    return !(error instanceof DatabaseError) || SOON.has(error.code ?? "");
}
