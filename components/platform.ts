import * as pulumi from "@pulumi/pulumi";
import { Route } from "../lib/routes";
import { Middleware } from "../lib/traefik";

export type { Middleware, Route };

/**
 * Where the parts of a system are placed: a Docker engine, or Fly. A system is written once, against this interface, and
 * knows nothing of what stands behind it.
 */
export interface Platform {
    /** A place for one system: every name in it starts with the system's, and its databases have a network of their own. */
    forSystem(system: string): Place;
}

/** One system's place on a platform. */
export interface Place {
    /** Runs an app: its containers, and the routes that lead to them. */
    app(name: string, args: AppArgs, opts?: pulumi.ComponentResourceOptions): App;
    /** Runs a PostgreSQL server, reachable by this system's apps only. */
    postgres(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions): PostgresServer;
    /** Runs a Redis server, reachable by this system's apps only. */
    redis(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions): Redis;
}

/** A program in one or more containers. */
export interface AppArgs {
    /**
     * Reference of the image: `ghcr.io/team/web:1.4.2`. Only one of `image` and `build`. A change is a release: new
     * containers start beside the old ones, and the route moves when they answer.
     */
    image?: pulumi.Input<string>;
    /** Builds the image on the engine instead of pulling it. Only one of `image` and `build`. */
    build?: BuildArgs;
    /** Credentials for a private registry. Used to pull, never kept on the host. */
    registry?: RegistryArgs;
    /**
     * Command instead of the image's own.
     * @default the image's
     */
    command?: pulumi.Input<string>[];
    /**
     * TCP port the app listens on, inside its container. Leave it out for a worker, which then can have no routes.
     * @default none
     */
    port?: number;
    /**
     * How to tell that the app works.
     * @default none: the container counts as well while it runs
     */
    health?: HealthCheckArgs;
    /** Environment variables. Values may be secret outputs and stay secret; a change is a release. */
    env?: Record<string, pulumi.Input<string>>;
    /** Environment variables that are secret, whatever was passed: encrypted in the state, masked in every preview. */
    secrets?: Record<string, pulumi.Input<string>>;
    /**
     * Files below `/run/secrets`, by file name, readable by the app's user alone (mode 0400). A change is a release.
     * @default none
     */
    secretFiles?: Record<string, pulumi.Input<string>>;
    /**
     * Command that has to succeed with the new image, environment and secrets before a new version serves: a migration.
     * It runs once, however many replicas there are. When it fails, the old version goes on serving, and the next update
     * runs it again; after a success it runs again when image, environment, mounts or the command itself change.
     * @default none
     */
    release?: string[];
    /**
     * How long that command may take, in seconds. It is stopped when they are over, and the release fails.
     * @default 300, which is flyctl's own
     */
    releaseTimeoutSeconds?: number;
    /** What is mounted into the containers. Data volumes are kept when the stack goes down. */
    volumes?: VolumeArgs[];
    /**
     * What one container may use at the most. A change is a release.
     * @default no limits
     */
    limits?: LimitsArgs;
    /**
     * User the app runs as, `name` or `uid[:gid]`. Root is refused: a release of an image that would run as root fails
     * before it is served.
     * @default the image's
     */
    user?: string;
    /**
     * Whether the app can write to no file but those of its volumes and of `/tmp`, which lies in memory and counts as such.
     * @default true
     */
    readOnlyRoot?: boolean;
    /**
     * How many containers run side by side, at least 1. More than one share the load behind the routes.
     * @default 1
     */
    replicas?: number;
    /** Hosts and paths that lead to the app. Websockets pass on every one of them. */
    routes?: Route[];
    /**
     * Requests that one client may make in a minute, a quarter of them at once. Those beyond get 429. A client is an IPv4
     * address or an IPv6 network of 64 bits.
     * @default no limit
     */
    requestsPerMinute?: number;
    /**
     * Middlewares of the router's default chain that the app does without: `security-headers`, `hsts`, `compress`,
     * `rate-limit`.
     * @default none
     */
    without?: Middleware[];
    /**
     * How long a new container may take until it answers for the first time, in seconds.
     * @default 120
     */
    readyTimeoutSeconds?: number;
    /**
     * How long an old version may take for the requests and websockets that it has when the routes have moved to the new
     * one, in seconds, before it is told to stop. Shorter on a Docker engine when nothing is in flight any more.
     * @default 5; on Fly 10, which is flyctl's own
     */
    drainSeconds?: number;
    /**
     * How long a container may take to stop after SIGTERM, in seconds, before it is killed.
     * @default 10
     */
    stopGraceSeconds?: number;
}

/** How an image is built. Paths are those of the machine that runs Pulumi. */
export interface BuildArgs {
    /** Folder that is sent to the engine: the repository's root for a monorepo. */
    context: string;
    /**
     * Path of the Dockerfile within the context.
     * @default "Dockerfile"
     */
    dockerfile?: string;
    /** Stage to build. @default the last one */
    target?: string;
    /** Build arguments. They stay readable in the image: no place for secrets. */
    args?: Record<string, pulumi.Input<string>>;
    /** Any text that changes when the sources do (a commit, a hash): a new value builds anew. */
    version: pulumi.Input<string>;
}

/** Credentials for a private registry. */
export interface RegistryArgs {
    /** Host of the registry: `ghcr.io`. */
    address: string;
    /** Name to log in with. */
    username: pulumi.Input<string>;
    /** Password or token to log in with. Kept secret. */
    password: pulumi.Input<string>;
}

/**
 * How to tell that an app works: an HTTP path that answers 2xx or 3xx, or a command that exits with 0. Only one of the
 * two. Defaults are those of connected-repo's and korczewski's checks.
 */
export interface HealthCheckArgs {
    /** Path on the app's port. */
    path?: string;
    /** Command run in the container, for an app without a port. */
    command?: string[];
    /** Seconds between two checks. @default 30 */
    intervalSeconds?: number;
    /** Seconds a check may take. @default 10 */
    timeoutSeconds?: number;
    /** Seconds after the start in which a failed check does not count. @default 40 */
    startPeriodSeconds?: number;
    /** Failed checks in a row that make the container unhealthy. @default 3 */
    retries?: number;
}

/** Something mounted into an app's containers: a data volume of its own, or a folder of the host. Only one of the two. */
export interface VolumeArgs {
    /** Name of a data volume, unique within the app. */
    volume?: string;
    /** Absolute path on the engine's host: sources for hot reload in development. */
    hostPath?: string;
    /** Absolute path inside the container. */
    containerPath: string;
    /** Whether the containers can only read it. @default false */
    readOnly?: boolean;
}

/** What one container may use at the most. */
export interface LimitsArgs {
    /** CPUs: 0.5 is half of one. */
    cpus?: number;
    /** Memory in MiB, swap included. A container that takes more is killed and starts anew. */
    memoryMb?: number;
}

/** A running app. */
export interface App {
    /** Where the app answers from outside, one URL a route. */
    readonly urls: pulumi.Output<string[]>;
    /** Where the app answers to the other apps of its system, undefined for a worker. */
    readonly internalUrl: pulumi.Output<string> | undefined;
    /** Names of the containers or machines that run it. */
    readonly containers: pulumi.Output<string[]>;
    /** Commands for whoever looks after it, by what they show: its logs, a shell. @default none beyond the platform's own */
    readonly commands?: Readonly<Record<string, string>>;
}

/** Major versions of PostgreSQL that a server can run. */
export type PostgresVersion = 16 | 17;

/** A PostgreSQL server. */
export interface PostgresArgs {
    /** Major version. A change replaces the container, not the data, which another major version does not read. */
    version: PostgresVersion;
    /**
     * Name of a server that another stack owns, on which this one only makes its databases. On Fly: the name of its app.
     * @default a server of its own
     */
    existing?: string;
    /**
     * Snapshot of a volume at Fly, `vs_…`, that the server's disk is filled from. A change replaces the disk, and leaves the
     * old one where it is.
     * @default it starts empty
     */
    snapshot?: string;
    /**
     * Port on the host's loopback address that leads to the server, for development.
     * @default none: only the system's own apps reach it
     */
    publish?: number;
    /** What the container may use at the most. A change applies while it runs. @default no limits */
    limits?: LimitsArgs;
}

/** A running PostgreSQL server. */
export interface PostgresServer {
    /** Host name for the system's apps. */
    readonly host: string;
    /** Port that it listens on. */
    readonly port: number;
    /** Commands for whoever looks after it, by what they show. @default none beyond the platform's own */
    readonly commands?: Readonly<Record<string, string>>;
    /**
     * A database with a user of its own, who owns it and may enter no other. Made when it does not exist; never dropped,
     * whatever is destroyed but the server's volume.
     */
    database(name: string): Database;
}

/** What an app needs to know to use a database. */
export interface Database {
    /** Its name. */
    readonly database: pulumi.Output<string>;
    /** Its owner, who logs in by it. */
    readonly user: pulumi.Output<string>;
    /** The owner's password. Secret. */
    readonly password: pulumi.Output<string>;
    /** Host name of its server, for the system's apps. */
    readonly host: pulumi.Output<string>;
    /** Port of its server. */
    readonly port: pulumi.Output<number>;
    /** `postgresql://user:password@host:port/database`. Secret. */
    readonly url: pulumi.Output<string>;
}

/** Major versions of Redis that a server can run. */
export type RedisVersion = 7;

/** A Redis server: append-only file on, password set. */
export interface RedisArgs {
    /** Major version. @default 7 */
    version?: RedisVersion;
    /**
     * Snapshot of a volume at Fly, `vs_…`, that the server's disk is filled from. A change replaces the disk, and leaves the
     * old one where it is.
     * @default it starts empty
     */
    snapshot?: string;
    /**
     * Port on the host's loopback address that leads to the server, for development.
     * @default none: only the system's own apps reach it
     */
    publish?: number;
    /** What the container may use at the most. A change applies while it runs. @default no limits */
    limits?: LimitsArgs;
}

/** A running Redis server. */
export interface Redis {
    /** Host name for the system's apps. */
    readonly host: string;
    /** Port that it listens on. */
    readonly port: number;
    /** Password of its one user. Secret. */
    readonly password: pulumi.Output<string>;
    /** `redis://:password@host:port`. Secret. */
    readonly url: pulumi.Output<string>;
}
