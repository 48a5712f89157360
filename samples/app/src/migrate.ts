import { migrate } from "./migrations";
import { connect } from "./postgres";
import { start } from "./start";

start(async (config, log) => {
    const interrupted = 143;
    for (const signal of ["SIGTERM", "SIGINT"]) {
        // The server rolls back what the lost connection left open, and frees the lock.
        process.on(signal, () => process.exit(interrupted));
    }
    const { database } = config;
    if (database === undefined) {
        throw new Error(
            "no database to migrate: set DATABASE_URL or DB_HOST, DB_USER, DB_PASSWORD and DB_NAME",
        );
    }
    await migrate(() => connect(database, config.app), log);
});
