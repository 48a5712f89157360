import { createApp } from "./app";
import type { Config } from "./config";
import { Log, reason } from "./log";
import { migrate } from "./migrations";
import { connect, openDatabase } from "./postgres";
import { openStore } from "./redis";
import type { Services } from "./routes";
import { start } from "./start";
import { within } from "./timeout";

/** How long closing idle connections to the databases may hold up the end. */
const CLOSE_TIMEOUT_MS = 1000;

start(async (config, log) => {
    // From the first moment on: for process 1 of a container a signal without a listener does not exist.
    let stop: (signal: string) => void = () => process.exit(0);
    for (const signal of ["SIGTERM", "SIGINT"]) {
        process.on(signal, () => {
            stop(signal);
        });
    }

    const { database } = config;
    if (database !== undefined && config.migrateOnStart) {
        await migrate(() => connect(database, config.app), log);
    }
    const services = openServices(config, log);
    const app = createApp(config, services, log);
    const port = await app.listen();
    log.info("listening", { port, version: config.version });

    stop = (signal) => {
        // Who asks twice does not want to wait.
        stop = () => process.exit(1);
        const ended = app.stop();
        log.info("stopping", { signal });
        void ended
            .then(async (cut) => {
                await closeServices(services, log);
                log.info("stopped", { cut });
            })
            .finally(() => process.exit(0));
    };
});

function openServices(config: Config, log: Log): Services {
    return {
        database: config.database && openDatabase(config.database, config.app, log),
        store: config.redisUrl === undefined ? undefined : openStore(config.redisUrl, log),
    };
}

async function closeServices({ database, store }: Services, log: Log): Promise<void> {
    try {
        await within(CLOSE_TIMEOUT_MS, Promise.all([database?.close(), store?.close()]));
    } catch (error) {
        log.error("could not close every connection", { reason: reason(error) });
    }
}
