import * as pulumi from "@pulumi/pulumi";

/** What machines run, and how. A change of it is a new version. */
export interface MachineConfigArgs {
    /** Reference of the image. Fly pulls public ones, and those of its own registry, `registry.fly.io/my-app:1a2b3c4`. */
    image: pulumi.Input<string>;
    /** Environment variables that are no secrets. @default none */
    env?: pulumi.Input<Record<string, pulumi.Input<string>>>;
    /** Command instead of the image's own. */
    command?: pulumi.Input<pulumi.Input<string>[]>;
    /** Entrypoint instead of the image's own. */
    entrypoint?: pulumi.Input<pulumi.Input<string>[]>;
    /** Size. @default one shared CPU with 256 MB */
    guest?: pulumi.Input<GuestArgs>;
    /** What Fly's proxy leads to the machine. @default nothing */
    services?: pulumi.Input<pulumi.Input<ServiceArgs>[]>;
    /** Checks by name, beside those of services. @default none */
    checks?: pulumi.Input<Record<string, pulumi.Input<CheckArgs>>>;
    /** Files whose content is a secret. @default none */
    files?: pulumi.Input<pulumi.Input<SecretFileArgs>[]>;
    /** What happens when the program ends. @default it starts again after a failure */
    restart?: pulumi.Input<RestartArgs>;
    /** How the machine is stopped. @default SIGTERM, and 10 seconds until it is killed */
    stop?: pulumi.Input<StopArgs>;
    /** Labels. Those that start with `berth_` and `fly_` are taken. @default none */
    metadata?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** Size of a machine. */
export interface GuestArgs {
    /** @default "shared" */
    cpuKind?: pulumi.Input<string>;
    /** CPUs: 1, 2, 4, 6, 8; `performance` up to 16. @default 1 */
    cpus?: pulumi.Input<number>;
    /** Memory in MB: for each CPU 256 to 2048, `performance` 2048 to 8192, in steps of 256. @default 256 */
    memoryMb?: pulumi.Input<number>;
}

/** What Fly's proxy leads to a machine. */
export interface ServiceArgs {
    /** Port that the program listens on. */
    internalPort: pulumi.Input<number>;
    /** `tcp` or `udp`. @default "tcp" */
    protocol?: pulumi.Input<string>;
    /** Ports that the proxy takes connections on. @default none */
    ports?: pulumi.Input<pulumi.Input<PortArgs>[]>;
    /** What the proxy does with a machine that has nothing to do: `off`, `stop` or `suspend`. @default "off" */
    autostop?: pulumi.Input<string>;
    /** Whether a request starts a machine that is stopped. @default true */
    autostart?: pulumi.Input<boolean>;
    /** Machines in the first region that autostop leaves running. @default 0 */
    minMachinesRunning?: pulumi.Input<number>;
    /** A machine whose checks fail gets no requests. @default none */
    checks?: pulumi.Input<pulumi.Input<CheckArgs>[]>;
    /** How much one machine takes. @default Fly's own limits */
    concurrency?: pulumi.Input<ConcurrencyArgs>;
}

/** A public port. */
export interface PortArgs {
    port: pulumi.Input<number>;
    /** What the proxy does with a connection: `tls`, `http`, `proxy_proto`. @default nothing */
    handlers?: pulumi.Input<pulumi.Input<string>[]>;
    /** Whether HTTP is answered with a redirect to HTTPS. @default false */
    forceHttps?: pulumi.Input<boolean>;
}

/** How it is told that a machine works. */
export interface CheckArgs {
    /** `http` or `tcp`. @default "http" */
    type?: pulumi.Input<string>;
    /** Port that is asked. @default the service's own, for a service's check */
    port?: pulumi.Input<number>;
    /** HTTP method. @default GET */
    method?: pulumi.Input<string>;
    /** Path of an HTTP check: 2xx passes. */
    path?: pulumi.Input<string>;
    /** @default 15 */
    intervalSeconds?: pulumi.Input<number>;
    /** @default 5 */
    timeoutSeconds?: pulumi.Input<number>;
    /** Seconds after the start in which a failure does not count. @default 5 */
    gracePeriodSeconds?: pulumi.Input<number>;
}

/** How much one machine takes. */
export interface ConcurrencyArgs {
    /** What is counted: `connections` or `requests`. @default "requests" */
    type?: pulumi.Input<string>;
    /** Above so many in flight other machines are preferred. */
    softLimit?: pulumi.Input<number>;
    /** A machine never gets more in flight. */
    hardLimit?: pulumi.Input<number>;
}

/** A volume in a machine. */
export interface MountArgs {
    /** Id of the volume: `vol_…`. */
    volume: pulumi.Input<string>;
    /** Absolute path in the machine. */
    path: pulumi.Input<string>;
}

/** A file whose content is a secret. */
export interface SecretFileArgs {
    /** Absolute path in the machine. */
    path: pulumi.Input<string>;
    /** Name of the app's secret that holds the content, in base64. */
    secret: pulumi.Input<string>;
}

/** What happens when a machine's program ends. */
export interface RestartArgs {
    /** `no`, `on-failure` or `always`. @default "on-failure" */
    policy?: pulumi.Input<string>;
    /** How often after a failure. @default Fly's own number */
    maxRetries?: pulumi.Input<number>;
}

/** How a machine is stopped. */
export interface StopArgs {
    /** Signal that asks the program to end. @default "SIGTERM" */
    signal?: pulumi.Input<string>;
    /** Seconds until it is killed, 300 at the most. @default 10 */
    timeoutSeconds?: pulumi.Input<number>;
}
