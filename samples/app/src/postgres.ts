import { Client, ClientConfig, Pool } from "pg";
import type { DatabaseConfig } from "./config";
import { Log, reason } from "./log";

/** What the app asks of its database. */
export interface Database {
    query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
    close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 2000;
const QUERY_TIMEOUT_MS = 5000;

/** Opens a pool of connections. It connects when it is asked first, and anew when the server was away. */
export function openDatabase(config: DatabaseConfig, app: string, log: Log): Database {
    const pool = new Pool({
        ...clientConfig(config, app),
        // A query on a connection whose other end vanished ends here, and the pool drops that connection.
        query_timeout: QUERY_TIMEOUT_MS,
    });
    // Without a listener an idle connection that breaks (the server restarts) would end the process.
    pool.on("error", (error) => {
        log.error("lost a database connection", { reason: reason(error) });
    });
    return {
        async query<Row extends object>(sql: string, values: readonly unknown[] = []) {
            return (await pool.query<Row>(sql, [...values])).rows;
        },
        close: () => pool.end(),
    };
}

/** Opens one connection for migrations, which may take their time. */
export async function connect(config: DatabaseConfig, app: string): Promise<Database> {
    const client = new Client(clientConfig(config, app));
    // A broken connection also fails the query that runs on it; the listener only keeps the process from dying first.
    client.on("error", () => undefined);
    await client.connect();
    return {
        async query<Row extends object>(sql: string, values: readonly unknown[] = []) {
            return (await client.query<Row>(sql, [...values])).rows;
        },
        close: () => client.end(),
    };
}

function clientConfig(config: DatabaseConfig, app: string): ClientConfig {
    return {
        ...config,
        application_name: app,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        keepAlive: true,
    };
}
