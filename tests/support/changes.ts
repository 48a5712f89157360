import { join } from "node:path";
import type Docker from "dockerode";
import { AppArgs, PostgresArgs, RedisArgs } from "../../components/platform";

/** A change of one property, and what of it can be seen on the engine. */
export interface Change<Args> {
    readonly before: Partial<Args>;
    readonly after: Partial<Args>;
    /** What `docker inspect` of the container, or the route's file on the router, shows of it. */
    readonly seen: (container: Docker.ContainerInspectInfo, route: string) => unknown;
    /** What that is after the change; before it, it has to be something else. */
    readonly expected: unknown;
}

/** Why a property has nothing to be seen on a container. */
type Unseen = string;

/** Every property has a row: a new one without is a mistake of the compiler's. */
export type Changes<Args> = Readonly<Record<keyof Required<Args>, Change<Args> | Unseen>>;

const NODE = "node:20-slim";

/** An image that says `COLOUR=red`, and where it is built from. */
export const COLOURED = "berth-test-coloured:red";
export const COLOURED_FOLDER = join(__dirname, "coloured");

/** What every app of the table is made from. */
export const APP = {
    image: NODE,
    command: [
        "node",
        "-e",
        'require("http").createServer((_, answer) => answer.end("ok")).listen(process.env.PORT ?? 3000)',
    ],
    user: "node",
    port: 3000,
    health: { path: "/health" },
} satisfies AppArgs;

function host(name: string): Pick<AppArgs, "routes"> {
    return { routes: [{ host: `${name}.test` }] };
}

function colourOf({ Config }: Docker.ContainerInspectInfo): string[] {
    return Config.Env.filter((each) => each.startsWith("COLOUR"));
}

export const APP_CHANGES: Changes<AppArgs> = {
    image: {
        before: {},
        after: { image: COLOURED },
        seen: colourOf,
        expected: ["COLOUR=red"],
    },
    build: {
        before: {
            image: undefined,
            build: { context: COLOURED_FOLDER, args: { COLOUR: "blue" }, version: "1" },
        },
        after: { build: { context: COLOURED_FOLDER, args: { COLOUR: "green" }, version: "2" } },
        seen: colourOf,
        expected: ["COLOUR=green"],
    },
    registry: "how an image is pulled, by a provider of its own: tests/components/app.test.ts",
    command: {
        before: {},
        after: { command: [...APP.command, "again"] },
        seen: ({ Config }) => Config.Cmd.at(-1),
        expected: "again",
    },
    port: {
        before: { ...host("port"), env: { PORT: "3000" } },
        after: { port: 4000, env: { PORT: "4000" } },
        seen: (_, route) => /http:\/\/[^:]+:(\d+)/.exec(route)?.[1],
        expected: "4000",
    },
    health: {
        before: {
            health: {
                path: "/health",
                intervalSeconds: 30,
                timeoutSeconds: 10,
                startPeriodSeconds: 40,
                retries: 3,
            },
        },
        after: {
            health: {
                path: "/healthz",
                intervalSeconds: 20,
                timeoutSeconds: 5,
                startPeriodSeconds: 10,
                retries: 2,
            },
        },
        seen: ({ Config }) => {
            const { Test, ...times } = (Config as unknown as { Healthcheck: { Test: string[] } }).Healthcheck;
            return { ...times, path: /\/health\w*/.exec(Test[1] ?? "")?.[0] };
        },
        expected: { Interval: 20e9, Timeout: 5e9, StartPeriod: 10e9, Retries: 2, path: "/healthz" },
    },
    env: {
        before: { env: { COLOUR: "blue" } },
        after: { env: { COLOUR: "green" } },
        seen: colourOf,
        expected: ["COLOUR=green"],
    },
    secrets: {
        before: { secrets: { TOKEN: "one" } },
        after: { secrets: { TOKEN: "two" } },
        seen: ({ Config }) => Config.Env.filter((each) => each.startsWith("TOKEN")),
        expected: ["TOKEN=two"],
    },
    secretFiles: {
        before: {},
        after: { secretFiles: { key: "two" } },
        seen: ({ Mounts }) => Mounts.map(({ Destination, RW }) => [Destination, RW]),
        expected: [["/run/secrets", false]],
    },
    release: "a job's container, not the app's: tests/e2e/releases.test.ts",
    releaseTimeoutSeconds: "how long is waited, and nothing that a container has",
    volumes: {
        before: {},
        after: { volumes: [{ volume: "cache", containerPath: "/cache" }] },
        seen: ({ Mounts }) => Mounts.map(({ Destination, RW }) => [Destination, RW]),
        expected: [["/cache", true]],
    },
    limits: {
        before: { limits: { cpus: 0.5, memoryMb: 128 } },
        after: { limits: { cpus: 0.25, memoryMb: 96 } },
        seen: ({ HostConfig }) => [HostConfig.NanoCpus, HostConfig.Memory, HostConfig.MemorySwap],
        expected: [250_000_000, 96 * 1024 * 1024, 96 * 1024 * 1024],
    },
    user: {
        before: {},
        after: { user: "1234:1234" },
        seen: ({ Config }) => Config.User,
        expected: "1234:1234",
    },
    readOnlyRoot: {
        before: {},
        after: { readOnlyRoot: false },
        seen: ({ HostConfig }) => [HostConfig.ReadonlyRootfs, HostConfig.Tmpfs ?? {}],
        expected: [false, {}],
    },
    replicas: {
        before: host("replicas"),
        after: { replicas: 2 },
        seen: (_, route) => route.match(/http:\/\/[^:]+:/g)?.length,
        expected: 2,
    },
    routes: {
        before: host("routes-before"),
        after: host("routes-after"),
        seen: (_, route) => /Host\(`([^`]+)/.exec(route)?.[1],
        expected: "routes-after.test",
    },
    requestsPerMinute: {
        before: host("requests"),
        after: { requestsPerMinute: 120 },
        seen: (_, route) => /average: (\d+)/.exec(route)?.[1],
        expected: "120",
    },
    without: {
        before: host("without"),
        after: { without: ["compress"] },
        seen: (_, route) => route.includes("compress"),
        expected: false,
    },
    readyTimeoutSeconds: "how long is waited, and nothing that a container has",
    drainSeconds: "how long is waited, and nothing that a container has",
    stopGraceSeconds: {
        before: { stopGraceSeconds: 10 },
        after: { stopGraceSeconds: 25 },
        seen: ({ Config }) => (Config as unknown as { StopTimeout: number }).StopTimeout,
        expected: 25,
    },
};

/** What servers for data have in common. */
type Data = Pick<RedisArgs, "publish" | "limits">;

const LIMITS: Change<Data> = {
    before: { limits: { cpus: 1, memoryMb: 256 } },
    after: { limits: { cpus: 0.75, memoryMb: 192 } },
    seen: ({ HostConfig }) => [HostConfig.NanoCpus, HostConfig.Memory, HostConfig.MemorySwap],
    expected: [750_000_000, 192 * 1024 * 1024, 192 * 1024 * 1024],
};

function published(container: Docker.ContainerInspectInfo): unknown {
    return Object.values(container.NetworkSettings.Ports).flat();
}

function publishing(before: number, after: number): Change<Data> {
    return {
        before: { publish: before },
        after: { publish: after },
        seen: published,
        expected: [{ HostIp: "127.0.0.1", HostPort: String(after) }],
    };
}

const ELSEWHERE = "is refused on a Docker engine: tests/components/dataServers.test.ts";

export const POSTGRES_CHANGES: Changes<PostgresArgs> = {
    version:
        "another major version does not read the data: tests/components/dataServers.test.ts has its image",
    existing: ELSEWHERE,
    snapshot: ELSEWHERE,
    publish: publishing(18_031, 18_032),
    limits: LIMITS,
};

export const REDIS_CHANGES: Changes<RedisArgs> = {
    version: "there is one major version only",
    snapshot: ELSEWHERE,
    publish: publishing(18_033, 18_034),
    limits: LIMITS,
};
