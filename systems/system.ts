import * as pulumi from "@pulumi/pulumi";
import { App as RunningApp, AppArgs, LimitsArgs, Place } from "../components/platform";

/** A secret that a system needs. */
export interface SecretNeed {
    readonly description: string;
    /** Shortest value that is accepted. @default 1 */
    readonly minLength?: number;
    /** Whether a random value does as well as a given one: nobody outside has to know it. @default false */
    readonly generated?: boolean;
}

/** A value that a system needs and that is no secret. */
export interface ValueNeed {
    readonly description: string;
    /** @default none: it has to be set */
    readonly default?: string;
}

/** An app of a system, as far as settings can change it. */
export interface AppNeed {
    /** What a container may not have less of. @default no minimum */
    readonly minimum?: LimitsArgs;
}

/**
 * One product: its apps and the databases they need. It says what it needs by name, and nothing of any environment:
 * values come from the stack's settings.
 */
export interface SystemDefinition<
    App extends string = string,
    Host extends string = string,
    Secret extends string = string,
    Value extends string = string,
    Server extends string = string,
> {
    /** Name on every platform, and namespace of its settings. */
    readonly name: string;
    readonly apps: Readonly<Record<App, AppNeed>>;
    /** Host names that it is reached by, by their role; what each is for. */
    readonly hosts: Readonly<Record<Host, string>>;
    readonly secrets: Readonly<Record<Secret, SecretNeed>>;
    readonly values: Readonly<Record<Value, ValueNeed>>;
    /** Its servers for data. */
    readonly servers: readonly Server[];
    /** Places it on a platform. */
    place(here: Place, given: Given<App, Host, Secret, Value, Server>): PlacedApps<App>;
}

/** What the stack gives to a system. */
export interface Given<
    App extends string = string,
    Host extends string = string,
    Secret extends string = string,
    Value extends string = string,
    Server extends string = string,
> {
    /** What differs from one environment to the next in an app: image, limits, replicas, and in development mounts. */
    readonly apps: Readonly<Record<App, AppSettings>>;
    readonly hosts: Readonly<Record<Host, string>>;
    /** URL of a host as a client sees it, with scheme and port, without a slash at the end. */
    readonly urls: Readonly<Record<Host, string>>;
    readonly secrets: Readonly<Record<Secret, pulumi.Output<string>>>;
    readonly values: Readonly<Record<Value, string>>;
    /** What differs from one environment to the next in a server for data. */
    readonly servers: Readonly<Record<Server, ServerSettings>>;
}

/** The part of an app's arguments that is a matter of the environment. */
export type AppSettings = Pick<
    AppArgs,
    "image" | "registry" | "limits" | "replicas" | "command" | "volumes" | "user" | "readOnlyRoot"
>;

/** The part of the arguments of a server for data that is a matter of the environment. */
export interface ServerSettings {
    /** Port on the host's loopback address. */
    readonly publish?: number;
    /** Name of a server that another stack owns, to use instead of one of its own. */
    readonly existing?: string;
    /** Snapshot that its disk is filled from. */
    readonly snapshot?: string;
    readonly limits?: LimitsArgs;
}

/** The apps of a placed system, and how to tell from outside that each works. */
export type PlacedApps<App extends string = string> = Readonly<Record<App, PlacedApp>>;

export interface PlacedApp {
    readonly app: RunningApp;
    readonly health: PublicHealth;
    /** Commands for whoever looks after it, beside those of the app: those of its database's server. @default none */
    readonly commands?: Readonly<Record<string, string>>;
}

/** How it can be told from outside that an app works, on its first host: a path that answers, or one that takes websockets. */
export type PublicHealth = { readonly path: string } | { readonly websocketPath: string };

/** Declares a system; its names become types. */
export function defineSystem<
    App extends string,
    Host extends string,
    Secret extends string,
    Value extends string,
    Server extends string,
>(
    definition: SystemDefinition<App, Host, Secret, Value, Server>,
): SystemDefinition<App, Host, Secret, Value, Server> {
    return definition;
}
