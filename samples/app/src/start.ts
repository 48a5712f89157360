import { Config, ConfigError, parseConfig } from "./config";
import { Log, createLog, reason } from "./log";

/** The name on the command line tells the apps apart that one image plays. */
const env = { ...process.env, APP_NAME: process.argv[2] ?? process.env.APP_NAME };

/** Reads the configuration, then does `work`; ends the process with 1 and one line in the log when either fails. */
export function start(work: (config: Config, log: Log) => Promise<void>): void {
    const name = env.APP_NAME ?? "sample";
    run(work).catch((error: unknown) => {
        const fields = error instanceof ConfigError ? { problems: error.problems } : {};
        createLog(name).error(error instanceof ConfigError ? "invalid environment" : reason(error), fields);
        process.exit(1);
    });
}

async function run(work: (config: Config, log: Log) => Promise<void>): Promise<void> {
    const config = parseConfig(env);
    await work(config, createLog(config.app, config.logLevel));
}
