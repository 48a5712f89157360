import { readFileSync } from "node:fs";

/** How to reach the PostgreSQL database: a URL, or its parts. */
export type DatabaseConfig =
    | { readonly connectionString: string }
    | {
          readonly host: string;
          readonly port: number;
          readonly user: string;
          readonly password: string;
          readonly database: string;
      };

export const LOG_LEVELS = ["debug", "info", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Where the apps that it stands in for are asked for their health. */
const HEALTH_PATHS = ["/health", "/healthz", "/api/health", "/api/healthz", "/api/v1/health"];

/** All that the app can be told, read once at its start. */
export interface Config {
    /** Address to listen on; every one of the machine when it is not set. */
    readonly host?: string;
    /** Port to listen on; 0 picks a free one. */
    readonly port: number;
    readonly app: string;
    readonly version: string;
    /** Paths that answer whether the app and what it depends on work. */
    readonly healthPaths: readonly string[];
    /** Websockets are taken on this path and below it. */
    readonly wsPath: string;
    /** Whether a browser that asks for an unknown path gets the page, as a single-page app wants it. */
    readonly spaFallback: boolean;
    /** How long requests and websockets may take to end after SIGTERM. */
    readonly shutdownSeconds: number;
    readonly migrateOnStart: boolean;
    readonly logLevel: LogLevel;
    readonly database?: DatabaseConfig;
    readonly redisUrl?: string;
}

/** Everything that is wrong with the environment, at once. Never holds a variable's value that may be secret. */
export class ConfigError extends Error {
    constructor(readonly problems: readonly string[]) {
        super(`the environment is not valid: ${problems.join("; ")}`);
        this.name = "ConfigError";
    }
}

export type Environment = Readonly<Record<string, string | undefined>>;
type ReadFile = (path: string) => string;

/** Reads and checks the environment; throws a `ConfigError` with all that is wrong in it. */
export function parseConfig(
    env: Environment,
    readFile: ReadFile = (path) => readFileSync(path, "utf8"),
): Config {
    const read = new Reader(env, readFile);
    const config: Config = {
        host: read.text("HOST"),
        port: read.integer("PORT", 3000, 0, 65_535),
        app: read.text("APP_NAME") ?? "sample",
        version: read.text("APP_VERSION") ?? "dev",
        healthPaths: env.HEALTH_PATH ? [read.path("HEALTH_PATH", "/health")] : HEALTH_PATHS,
        wsPath: read.path("WS_PATH", "/ws"),
        spaFallback: read.boolean("SPA_FALLBACK", false),
        shutdownSeconds: read.integer("SHUTDOWN_SECONDS", 8, 0, 300),
        migrateOnStart: read.boolean("MIGRATE_ON_START", true),
        logLevel: read.oneOf("LOG_LEVEL", LOG_LEVELS, "info"),
        database: databaseConfig(read),
        redisUrl: redisUrl(read),
    };
    if (read.problems.length > 0) {
        throw new ConfigError(read.problems);
    }
    return config;
}

function databaseConfig(read: Reader): DatabaseConfig | undefined {
    const connectionString = read.secret("DATABASE_URL");
    const password = read.secret("DB_PASSWORD");
    const parts = {
        DB_HOST: read.text("DB_HOST"),
        DB_USER: read.text("DB_USER"),
        DB_NAME: read.text("DB_NAME"),
        DB_PASSWORD: password,
    };
    const port = read.integer("DB_PORT", 5432, 1, 65_535);
    const anyPart = Object.values(parts).some((part) => part !== undefined);

    if (connectionString !== undefined) {
        if (anyPart) {
            read.problems.push("DATABASE_URL and DB_*: only one of the two");
        }
        read.checkUrl(
            "DATABASE_URL",
            connectionString,
            ["postgres:", "postgresql:"],
            /^\/[^/]+$/,
            "/database",
        );
        return { connectionString };
    }
    if (!anyPart) {
        return undefined;
    }
    const missing = Object.entries(parts).filter(([, part]) => part === undefined);
    read.problems.push(...missing.map(([name]) => `${name}: missing, the other DB_* variables need it`));
    const { DB_HOST: host = "", DB_USER: user = "", DB_NAME: database = "" } = parts;
    return { host, port, user, password: password ?? "", database };
}

function redisUrl(read: Reader): string | undefined {
    const url = read.secret("REDIS_URL");
    if (url !== undefined) {
        read.checkUrl(
            "REDIS_URL",
            url,
            ["redis:", "rediss:"],
            /^\/?\d*$/,
            "/number-of-the-database, or nothing",
        );
    }
    return url;
}

/** Reads variables and collects what is wrong with them. An empty variable counts as one that is not set. */
class Reader {
    readonly problems: string[] = [];

    constructor(
        private readonly env: Environment,
        private readonly readFile: ReadFile,
    ) {}

    text(name: string): string | undefined {
        const value = this.env[name];
        return value === "" ? undefined : value;
    }

    /** A variable that may also come as a file, whose path is in `<name>_FILE`. */
    secret(name: string): string | undefined {
        const value = this.text(name);
        const file = this.text(`${name}_FILE`);
        if (file === undefined) {
            return value;
        }
        if (value !== undefined) {
            this.problems.push(`${name} and ${name}_FILE: only one of the two`);
            return value;
        }
        try {
            const content = this.readFile(file).trim();
            if (content !== "") {
                return content;
            }
            this.problems.push(`${name}_FILE: ${file} is empty`);
        } catch (error) {
            this.problems.push(`${name}_FILE: ${file} cannot be read (${errorCode(error)})`);
        }
        return undefined;
    }

    integer(name: string, fallback: number, min: number, max: number): number {
        const value = this.text(name);
        if (value === undefined) {
            return fallback;
        }
        const number = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
        if (number >= min && number <= max) {
            return number;
        }
        this.problems.push(`${name}: "${value}" is not a whole number from ${min} to ${max}`);
        return fallback;
    }

    boolean(name: string, fallback: boolean): boolean {
        return this.oneOf(name, ["true", "false"], fallback ? "true" : "false") === "true";
    }

    oneOf<T extends string>(name: string, allowed: readonly T[], fallback: T): T {
        const value = this.text(name);
        if (value === undefined) {
            return fallback;
        }
        const found = allowed.find((choice) => choice === value);
        if (found === undefined) {
            this.problems.push(`${name}: "${value}" is none of ${allowed.join(", ")}`);
        }
        return found ?? fallback;
    }

    path(name: string, fallback: string): string {
        const value = this.text(name) ?? fallback;
        if (!/^\/[A-Za-z0-9._~/-]*$/.test(value)) {
            this.problems.push(`${name}: "${value}" is not a path such as ${fallback}`);
        }
        return value.replace(/(?!^)\/+$/, "");
    }

    /** Checks a URL that may hold a password, so that no library has to complain about it with its value. */
    checkUrl(
        name: string,
        value: string,
        protocols: readonly string[],
        path: RegExp,
        pathForm: string,
    ): void {
        try {
            const url = new URL(value);
            decodeURIComponent(url.username + url.password + url.pathname);
            if (!protocols.includes(url.protocol)) {
                this.problems.push(`${name}: must start with ${protocols.map((p) => `${p}//`).join(" or ")}`);
            }
            if (url.hostname === "") {
                this.problems.push(`${name}: names no host`);
            }
            if (!path.test(url.pathname)) {
                this.problems.push(`${name}: its path must be ${pathForm}`);
            }
        } catch {
            this.problems.push(`${name}: not a URL (its value is not shown: it may hold a password)`);
        }
    }
}

function errorCode(error: unknown): string {
    return error instanceof Error && "code" in error ? String(error.code) : "unknown error";
}
