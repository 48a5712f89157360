import * as pulumi from "@pulumi/pulumi";
import { LimitsArgs, RegistryArgs } from "../components/platform";
import { checkPinned } from "../lib/images";
import { checkNumber } from "../lib/numbers";
import { mapValues } from "../lib/records";
import { checkHost } from "../lib/routes";
import { AppSettings, SecretNeed, ServerSettings, SystemDefinition } from "../systems/system";
import { ConfigReader, isMapOf, isNumber, isText } from "./config";
import { Environment, Exposure, EXPOSURES, PlatformName, PLATFORMS } from "./environment";
import { checkAgainst, isLimits, limitsIn } from "./limits";
import { readServers } from "./serverSettings";

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
    /** Where it stands in production: on the stack's own server, or on Fly. */
    readonly platform: PlatformName;
    /** How its hosts are reached on the server: on the server's own ports, or through the tunnel. */
    readonly exposure: Exposure;
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
    const platform = environment.production
        ? (config.oneOf(`${definition.name}:platform`, PLATFORMS, "docker") ?? "docker")
        : "docker";
    const hosts = readHosts(config, definition, platform, environment);
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
        servers: readServers(config, definition, limits, platform, environment),
        platform,
        exposure: readExposure(config, definition.name, platform, environment),
    };
}

function readExposure(
    config: ConfigReader,
    name: string,
    platform: PlatformName,
    { production }: Environment,
): Exposure {
    const key = `${name}:exposure`;
    const exposure = production ? (config.oneOf(key, EXPOSURES, "public") ?? "public") : "public";
    if (platform === "fly" && exposure === "tunnel") {
        config.wrong(
            key,
            "is tunnel, which leads to the stack's own server: on Fly an app is public",
            config.setCommand(key, "public"),
        );
    }
    return exposure;
}

function readHosts(
    config: ConfigReader,
    { name, hosts, apps }: SystemDefinition,
    platform: PlatformName,
    { domain, flySuffix }: Environment,
): Record<string, string> {
    const key = `${name}:hosts`;
    const roles = Object.keys(hosts);
    const given = config.map(key, roles, isText, "a host name");
    return mapValues(hosts, (purpose, role) => {
        const host =
            given[role] ??
            (platform === "fly" && role in apps
                ? `${name}-${role}${flySuffix}.fly.dev`
                : defaultHost(name, role, roles, domain));
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

function isDevelop(value: unknown): value is Develop {
    const isCommand = (each: unknown) => Array.isArray(each) && each.every(isText);
    return (
        isMapOf(value, { source: isText, target: isText, command: isCommand }) &&
        "source" in value &&
        "target" in value
    );
}
