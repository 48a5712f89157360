import { ConfigError, Environment, parseConfig } from "../src/config";

function problems(env: Environment, files: Record<string, string> = {}): readonly string[] {
    try {
        parseConfig(env, (path) => {
            const content = files[path];
            if (content === undefined) {
                throw Object.assign(new Error("no such file"), { code: "ENOENT" });
            }
            return content;
        });
    } catch (error) {
        if (error instanceof ConfigError) {
            return error.problems;
        }
        throw error;
    }
    return [];
}

test("nothing set: the defaults", () => {
    expect(parseConfig({})).toEqual({
        host: undefined,
        port: 3000,
        app: "sample",
        version: "dev",
        healthPaths: ["/health", "/healthz", "/api/health", "/api/healthz", "/api/v1/health"],
        wsPath: "/ws",
        spaFallback: false,
        shutdownSeconds: 8,
        migrateOnStart: true,
        logLevel: "info",
        database: undefined,
        redisUrl: undefined,
    });
});

test("everything set", () => {
    const env = {
        HOST: "127.0.0.1",
        PORT: "8080",
        APP_NAME: "quiz",
        APP_VERSION: "1.2.3",
        HEALTH_PATH: "/api/healthz",
        WS_PATH: "/socket/",
        SPA_FALLBACK: "true",
        SHUTDOWN_SECONDS: "3",
        MIGRATE_ON_START: "false",
        LOG_LEVEL: "debug",
        DATABASE_URL: "postgresql://quiz:p%40ss@db:5432/quiz?sslmode=disable",
        REDIS_URL: "rediss://:secret@cache:6379/1",
    };
    expect(parseConfig(env)).toEqual({
        host: "127.0.0.1",
        port: 8080,
        app: "quiz",
        version: "1.2.3",
        healthPaths: ["/api/healthz"],
        wsPath: "/socket",
        spaFallback: true,
        shutdownSeconds: 3,
        migrateOnStart: false,
        logLevel: "debug",
        database: { connectionString: env.DATABASE_URL },
        redisUrl: env.REDIS_URL,
    });
});

test("an empty variable counts as not set", () => {
    expect(parseConfig({ PORT: "", DATABASE_URL: "", REDIS_URL: "", DB_HOST: "" })).toEqual(parseConfig({}));
});

test("the database in parts, with the usual port", () => {
    const env = { DB_HOST: "db", DB_USER: "api", DB_PASSWORD: "secret", DB_NAME: "api" };
    const expected = { host: "db", port: 5432, user: "api", password: "secret", database: "api" };
    expect(parseConfig(env).database).toEqual(expected);
    expect(parseConfig({ ...env, DB_PORT: "6432" }).database).toEqual({ ...expected, port: 6432 });
});

test("secrets from files, without the line's end", () => {
    const files: Record<string, string> = {
        "/run/secrets/url": "redis://:secret@cache:6379\n",
        "/pw": "s3 cret\n",
    };
    const config = parseConfig(
        {
            REDIS_URL_FILE: "/run/secrets/url",
            DB_PASSWORD_FILE: "/pw",
            DB_HOST: "h",
            DB_USER: "u",
            DB_NAME: "n",
        },
        (path) => files[path] ?? "",
    );
    expect(config.redisUrl).toBe("redis://:secret@cache:6379");
    expect(config.database).toMatchObject({ password: "s3 cret" });
});

test("all that is wrong is said at once", () => {
    const env = {
        PORT: "http",
        HEALTH_PATH: "health",
        SPA_FALLBACK: "yes",
        SHUTDOWN_SECONDS: "-1",
        LOG_LEVEL: "loud",
        DB_HOST: "db",
        DB_PORT: "0",
        DB_PASSWORD_FILE: "/missing",
        REDIS_URL: "http://cache",
    };
    expect(problems(env)).toEqual([
        'PORT: "http" is not a whole number from 0 to 65535',
        'HEALTH_PATH: "health" is not a path such as /health',
        'SPA_FALLBACK: "yes" is none of true, false',
        'SHUTDOWN_SECONDS: "-1" is not a whole number from 0 to 300',
        'LOG_LEVEL: "loud" is none of debug, info, error',
        "DB_PASSWORD_FILE: /missing cannot be read (ENOENT)",
        'DB_PORT: "0" is not a whole number from 1 to 65535',
        "DB_USER: missing, the other DB_* variables need it",
        "DB_NAME: missing, the other DB_* variables need it",
        "DB_PASSWORD: missing, the other DB_* variables need it",
        "REDIS_URL: must start with redis:// or rediss://",
    ]);
});

test.each([
    ["mysql://u:hunter2@db/shop", "DATABASE_URL: must start with postgres:// or postgresql://"],
    ["postgres://u:hunter2@db", "DATABASE_URL: its path must be /database"],
    ["postgres:///shop?password=hunter2", "DATABASE_URL: names no host"],
    [
        "postgres://u:hunter2%zz@db/shop",
        "DATABASE_URL: not a URL (its value is not shown: it may hold a password)",
    ],
    ["hunter2", "DATABASE_URL: not a URL (its value is not shown: it may hold a password)"],
])("a database URL that is not valid: %s", (url, problem) => {
    expect(problems({ DATABASE_URL: url })).toEqual([problem]);
    expect(problem).not.toContain("hunter2");
});

test("a value and a file, a URL and parts: only one of the two", () => {
    const url = "postgres://u:p@db/shop";
    expect(problems({ DATABASE_URL: url, DATABASE_URL_FILE: "/f" })).toEqual([
        "DATABASE_URL and DATABASE_URL_FILE: only one of the two",
    ]);
    expect(problems({ DATABASE_URL: url, DB_HOST: "db" })).toEqual([
        "DATABASE_URL and DB_*: only one of the two",
    ]);
    expect(problems({ REDIS_URL_FILE: "/empty" }, { "/empty": "\n" })).toEqual([
        "REDIS_URL_FILE: /empty is empty",
    ]);
});
