import { DatabaseError } from "pg";
import { MIGRATIONS, migrate } from "../src/migrations";
import type { Database } from "../src/postgres";
import { recordingLog } from "./support";

/** A server with one database: its lock and its transactions work as PostgreSQL's do. */
class FakeServer {
    readonly applied: string[] = [];
    readonly executed: string[] = [];
    readonly log: string[] = [];
    failing: string | undefined;
    open = 0;
    private holder: Promise<void> = Promise.resolve();

    readonly connect = (): Promise<Database> => {
        const connection = ++this.open;
        let release: (() => void) | undefined;
        let pending: string[] = [];
        return Promise.resolve({
            query: async <Row extends object>(
                sql: string,
                values: readonly unknown[] = [],
            ): Promise<Row[]> => {
                this.log.push(`${connection}: ${sql}`);
                if (sql.includes("pg_advisory_lock")) {
                    const before = this.holder;
                    this.holder = new Promise((resolve) => (release = resolve));
                    await before;
                } else if (sql.includes("pg_advisory_unlock")) {
                    release?.();
                } else if (sql === this.failing) {
                    throw new Error("out of disk");
                } else if (sql.startsWith("insert into schema_migrations")) {
                    pending.push(String(values[0]));
                } else if (sql === "commit") {
                    this.applied.push(...pending);
                    pending = [];
                } else if (sql === "select name from schema_migrations") {
                    return this.applied.map((name) => ({ name })) as unknown as Row[];
                } else if (MIGRATIONS.some((migration) => migration.sql === sql)) {
                    this.executed.push(sql);
                }
                return [];
            },
            close: () => {
                this.open--;
                release?.();
                return Promise.resolve();
            },
        });
    };
}

const names = MIGRATIONS.map(({ name }) => name);

test("applies what is missing, in order and under the lock, then nothing", async () => {
    const server = new FakeServer();
    const { log, lines } = recordingLog();
    expect(await migrate(server.connect, log)).toEqual(names);
    expect(server.executed).toEqual(MIGRATIONS.map(({ sql }) => sql));
    expect(server.log.slice(0, 3)).toEqual([
        "1: set lock_timeout = '60s'",
        "1: select pg_advisory_lock($1)",
        expect.stringContaining("1: create table if not exists schema_migrations"),
    ]);
    expect(await migrate(server.connect, log)).toEqual([]);
    expect(lines.map(({ message, migration }) => [message, migration])).toEqual([
        ...names.map((name) => ["applied migration", name]),
        ["database is up to date", undefined],
    ]);
    expect(server.open).toBe(0);
});

test("replicas that start together apply each migration once", async () => {
    const server = new FakeServer();
    const { log } = recordingLog();
    const results = await Promise.all(Array.from({ length: 5 }, () => migrate(server.connect, log)));
    expect(results.flat()).toEqual(names);
    expect(server.executed).toHaveLength(MIGRATIONS.length);
    expect(server.open).toBe(0);
});

test("a migration that fails is named, those before it stay, and the lock is free again", async () => {
    const server = new FakeServer();
    const { log } = recordingLog();
    server.failing = MIGRATIONS[1]?.sql;
    await expect(migrate(server.connect, log)).rejects.toThrow(
        "migration 0002_add_created_at failed: out of disk",
    );
    expect(server.applied).toEqual(names.slice(0, 1));
    server.failing = undefined;
    expect(await migrate(server.connect, log)).toEqual(names.slice(1));
});

describe("a database that is not there", () => {
    const quick = { connectWithinMs: 2000, retryEveryMs: 5 };
    const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    const saying = (code: string) => Object.assign(new DatabaseError(`says ${code}`, 1, "error"), { code });

    function failing(server: FakeServer, failures: Error[]) {
        return () => {
            const failure = failures.shift();
            return failure === undefined ? server.connect() : Promise.reject(failure);
        };
    }

    test("yet is waited for", async () => {
        const { log, lines } = recordingLog();
        const connect = failing(new FakeServer(), [refused, refused, saying("57P03"), saying("53300")]);
        expect(await migrate(connect, log, quick)).toEqual(names);
        expect(lines.filter(({ message }) => message === "waiting for the database")).toHaveLength(1);
    });

    test("for a bounded time", async () => {
        const connect = () => Promise.reject(refused);
        await expect(
            migrate(connect, recordingLog().log, { connectWithinMs: 50, retryEveryMs: 5 }),
        ).rejects.toThrow("no database within 50 ms: connect ECONNREFUSED");
    });

    test("for us is not waited for", async () => {
        const connect = failing(new FakeServer(), [saying("28P01")]);
        await expect(migrate(connect, recordingLog().log, quick)).rejects.toThrow(
            "the database refuses the connection: says 28P01",
        );
    });
});
