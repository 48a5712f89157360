import * as pulumi from "@pulumi/pulumi";
import { LimitsArgs, RegistryArgs } from "../components/platform";
import { checkPinned } from "../lib/images";
import { checkNumber, checkPort } from "../lib/numbers";
import { mapValues } from "../lib/records";
import { checkHost } from "../lib/routes";
import { AppNeed, AppSettings, SecretNeed, ServerSettings, SystemDefinition } from "../systems/system";
import { ConfigReader, isNumber, isText } from "./config";

/** What a stack says about one system. */
export interface SystemSettings {
    readonly definition: SystemDefinition;
    readonly apps: Readonly<Record<string, AppSettings>>;
    readonly hosts: Readonly<Record<string, string>>;
    readonly urls: Readonly<Record<string, string>>;
    /** A secret without a value is generated with the stack and kept in its state. */
    readonly secrets: Readonly<Record<string, pulumi.Output<string> | undefined>>;
    readonly values: Readonly<Record<string, string>>;
    readonly servers: Readonly<Record<string, ServerSettings>>;
    /** How its hosts are reached in production: on the server's own ports, or through the tunnel. */
    readonly exposure: Exposure;
}

const EXPOSURES = ["public", "tunnel"] as const;
export type Exposure = (typeof EXPOSURES)[number];

/** In production every container has limits: one that runs wild must not take the others along. */
const PRODUCTION_LIMITS = {
    app: { cpus: 1, memoryMb: 512 },
    server: { cpus: 1, memoryMb: 1024 },
} as const;

/** What of the environment bears on every system. */
export interface Environment {
    /** Domain below which hosts that are not set get their names. */
    readonly domain: string | undefined;
    /** Whether secrets that are not set are made up, for an environment in which nobody outside knows them. */
    readonly inventSecrets: boolean;
    /** Whether images have to be set, secrets have to be encrypted, and no database may be published. */
    readonly production: boolean;
    readonly urlOf: (host: string) => string;
}

/** Sources that are mounted into an app instead of the image's own, for hot reload. */
interface Develop {
    /** Absolute path on the engine's host. */
    readonly source: string;
    /** Absolute path in the container. */
    readonly target: string;
    /** @default the image's */
    readonly command?: string[];
}

/** Reads what a stack says about one system, from the namespace of the system's name. */
export function readSystem(
    config: ConfigReader,
    definition: SystemDefinition,
    environment: Environment,
): SystemSettings {
    const hosts = readHosts(config, definition, environment);
    const parts = [...Object.keys(definition.apps), ...definition.servers];
    const limits = config.map(`${definition.name}:limits`, parts, isLimits, "a map of cpus and memoryMb");
    return {
        definition,
        hosts,
        urls: mapValues(hosts, environment.urlOf),
        apps: readApps(config, definition, limits, environment),
        secrets: mapValues(definition.secrets, (need, name) =>
            readSecret(config, `${definition.name}:${name}`, need, environment),
        ),
        values: mapValues(definition.values, (need, name) => {
            const key = `${definition.name}:${name}`;
            return config.text(key) ?? need.default ?? config.required(key, need.description);
        }),
        servers: readServers(config, definition, limits, environment),
        exposure: environment.production
            ? (config.oneOf(`${definition.name}:exposure`, EXPOSURES, "public") ?? "public")
            : "public",
    };
}

function readHosts(
    config: ConfigReader,
    { name, hosts }: SystemDefinition,
    { domain }: Environment,
): Record<string, string> {
    const key = `${name}:hosts`;
    const roles = Object.keys(hosts);
    const given = config.map(key, roles, isText, "a host name");
    return mapValues(hosts, (purpose, role) => {
        const host = given[role] ?? defaultHost(name, role, roles, domain);
        if (host === undefined) {
            config.wrong(
                `${key}.${role}`,
                `is missing: host name of ${purpose}`,
                config.setCommand(`--path '${key}.${role}'`, "HOST"),
            );
            return "";
        }
        config.problems.push(...checkHost(`${key}.${role}`, host));
        return host;
    });
}

function defaultHost(
    system: string,
    role: string,
    roles: string[],
    domain: string | undefined,
): string | undefined {
    if (domain === undefined) {
        return undefined;
    }
    return roles.length === 1 ? `${system}.${domain}` : `${role}.${system}.${domain}`;
}

function readApps(
    config: ConfigReader,
    { name, apps }: SystemDefinition,
    limits: Readonly<Record<string, LimitsArgs>>,
    { production }: Environment,
): Record<string, AppSettings> {
    const names = Object.keys(apps);
    const images = config.map(`${name}:images`, names, isText, "a reference of an image");
    const replicas = config.map(`${name}:replicas`, names, isNumber, "a number");
    const users = config.map(`${name}:users`, names, isText, "a user");
    const develop = config.map(`${name}:develop`, names, isDevelop, "a map of source, target and command");
    const registry = readRegistry(config, name);
    return mapValues(apps, (need, app) => {
        config.problems.push(
            ...checkNumber(`${name}:replicas.${app}`, replicas[app], { min: 1 }),
            ...checkAgainst(`${name}:limits.${app}`, limits[app], need),
        );
        if (production) {
            checkImage(config, `${name}:images`, app, images[app]);
        }
        const sources = develop[app];
        return {
            image: images[app],
            registry,
            replicas: replicas[app],
            limits: limitsIn(production, "app", limits[app]),
            ...(users[app] !== undefined && { user: users[app] }),
            ...(sources && {
                command: sources.command,
                // Tools that load anew on a change write beside the sources.
                readOnlyRoot: false,
                volumes: [{ hostPath: sources.source, containerPath: sources.target }],
            }),
        };
    });
}

/** Production runs what is named exactly: not what somebody else pushes tomorrow. */
function checkImage(config: ConfigReader, key: string, app: string, image: string | undefined): void {
    const path = `${key}.${app}`;
    if (image === undefined) {
        const fix = config.setCommand(`--path '${path}'`, "REFERENCE");
        config.wrong(path, "is missing: the image to run", fix);
    } else {
        config.problems.push(...checkPinned(path, image));
    }
}

function limitsIn(
    production: boolean,
    kind: keyof typeof PRODUCTION_LIMITS,
    own: LimitsArgs | undefined,
): LimitsArgs | undefined {
    return production ? { ...PRODUCTION_LIMITS[kind], ...own } : own;
}

function checkAgainst(path: string, limits: LimitsArgs | undefined, { minimum = {} }: AppNeed) {
    return [
        ...checkNumber(`${path}.cpus`, limits?.cpus, { min: minimum.cpus ?? 0.01, fraction: true }),
        ...checkNumber(`${path}.memoryMb`, limits?.memoryMb, { min: minimum.memoryMb ?? 6 }),
    ];
}

function readSecret(
    config: ConfigReader,
    key: string,
    { description, minLength = 1, generated = false }: SecretNeed,
    { inventSecrets, production }: Environment,
): pulumi.Output<string> | undefined {
    const value = config.text(key);
    const fix = config.setCommand(`--secret ${key}`, "").trim();
    if (value === undefined) {
        if (!generated && !inventSecrets) {
            config.wrong(key, `is missing: ${description}, at least ${characters(minLength)}`, fix);
        }
        return undefined;
    }
    if (value.length < minLength) {
        config.wrong(key, `has ${characters(value.length)}: at least ${minLength} are needed`, fix);
    }
    if (production && !config.isSecret(key)) {
        config.wrong(key, "stands in the stack's file in clear", fix);
    }
    return pulumi.secret(value);
}

function characters(count: number): string {
    return count === 1 ? "1 character" : `${count} characters`;
}

function readRegistry(config: ConfigReader, system: string): RegistryArgs | undefined {
    const address = config.text(`${system}:registryAddress`);
    const username = config.text(`${system}:registryUsername`);
    const password = config.text(`${system}:registryPassword`);
    if (address === undefined && username === undefined && password === undefined) {
        return undefined;
    }
    for (const [key, value] of Object.entries({
        registryAddress: address,
        registryUsername: username,
        registryPassword: password,
    })) {
        if (value === undefined) {
            const flag = key === "registryPassword" ? "--secret " : "";
            config.wrong(
                `${system}:${key}`,
                "is missing: the three of a registry go together",
                config.setCommand(`${flag}${system}:${key}`, flag === "" ? "VALUE" : "").trim(),
            );
        }
    }
    return { address: address ?? "", username: username ?? "", password: pulumi.secret(password ?? "") };
}

function readServers(
    config: ConfigReader,
    { name, servers }: SystemDefinition,
    limits: Readonly<Record<string, LimitsArgs>>,
    { production }: Environment,
): Record<string, ServerSettings> {
    const publish = config.map(`${name}:publish`, servers, isNumber, "a port");
    for (const [server, port] of Object.entries(publish)) {
        config.problems.push(...checkPort(`${name}:publish.${server}`, port));
        if (production) {
            config.wrong(`${name}:publish.${server}`, "publishes a database, which production never does");
        }
    }
    return Object.fromEntries(
        servers.map((server) => {
            config.problems.push(...checkAgainst(`${name}:limits.${server}`, limits[server], {}));
            return [
                server,
                { publish: publish[server], limits: limitsIn(production, "server", limits[server]) },
            ];
        }),
    );
}

function isLimits(value: unknown): value is LimitsArgs {
    return isMapOf(value, { cpus: isNumber, memoryMb: isNumber });
}

function isDevelop(value: unknown): value is Develop {
    const isCommand = (each: unknown) => Array.isArray(each) && each.every(isText);
    return (
        isMapOf(value, { source: isText, target: isText, command: isCommand }) &&
        "source" in value &&
        "target" in value
    );
}

function isMapOf(value: unknown, fields: Record<string, (value: unknown) => boolean>): value is object {
    return (
        typeof value === "object" &&
        value !== null &&
        Object.entries(value).every(([name, each]) => fields[name]?.(each) ?? false)
    );
}
