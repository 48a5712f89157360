import { LOG_LEVELS, LogLevel } from "./config";

type Fields = Readonly<Record<string, unknown>>;

/** One JSON line an event. */
export type Log = Readonly<Record<LogLevel, (message: string, fields?: Fields) => void>>;

/** A log that leaves out what is below `level`. `write` gets each line without its end. */
export function createLog(
    app: string,
    level: LogLevel = "info",
    write: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
): Log {
    const at = (own: LogLevel) => (message: string, fields?: Fields) => {
        if (LOG_LEVELS.indexOf(own) >= LOG_LEVELS.indexOf(level)) {
            write(JSON.stringify({ time: new Date().toISOString(), level: own, app, message, ...fields }));
        }
    };
    return { debug: at("debug"), info: at("info"), error: at("error") };
}

/** What an error says, in one line. A failed connection to a name with two addresses says it only in its parts. */
export function reason(error: unknown): string {
    if (error instanceof AggregateError && error.message === "") {
        return [...new Set(error.errors.map(reason))].join("; ");
    }
    return error instanceof Error ? error.message || error.name : String(error);
}
