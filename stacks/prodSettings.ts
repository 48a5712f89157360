import * as pulumi from "@pulumi/pulumi";
import { checkAccountId, checkZones, Zone } from "../components/cloudflare/zones";
import {
    Location,
    LOCATIONS,
    SERVER_IMAGES,
    SERVER_TYPES,
    ServerImage,
    ServerType,
    VOLUME_SIZE_GB,
} from "../components/hetzner/choices";
import { checkEmail, checkWildcards } from "../components/docker/routerArgs";
import { checkAuthorizedKeys, SWAP_MB } from "../lib/cloudInit";
import { Region, REGIONS } from "../lib/fly";
import { LOCK_FILE, parseLock } from "../lib/images";
import { checkNamedCidr } from "../lib/networks";
import { checkNumber } from "../lib/numbers";
import { checkHost } from "../lib/routes";
import { ConfigReader, isText, RawConfig } from "./config";
import { CommonSettings } from "./commonSettings";
import { SystemSettings } from "./systemSettings";

/** What production needs to know, beside what is common to all compositions. */
export interface ProdSettings extends CommonSettings {
    readonly composition: "prod";
    /** The stack's own server; undefined where every system stands on Fly. */
    readonly server: ServerSettings | undefined;
    readonly fly: FlySettings | undefined;
    readonly ssh: {
        /** Host name by which SSH comes through Cloudflare Access, for whoever goes that way. */
        readonly accessHost: string | undefined;
        /** Whether this stack's own runs go that way. */
        readonly throughAccess: boolean;
    };
    /** Hosts that the router answers for by itself, with TLS. */
    readonly publicHosts: string[];
    readonly acme: {
        readonly email: string;
        readonly server?: string;
        /** The authority's domain, for CAA records. */
        readonly issuer: string;
        readonly wildcards: string[];
        /** Secret. Edits the wildcards' zones for their proof; the router has it. */
        readonly dnsToken: pulumi.Output<string> | undefined;
    };
    /** Hosts that come through the tunnel. */
    readonly tunnelHosts: string[];
    readonly cloudflare: {
        readonly accountId: string;
        readonly zones: Zone[];
    };
    /** What exactly is pulled for the images that the components name. */
    readonly images: Record<string, string>;
}

/** The server, as the stack's settings have it. */
export interface ServerSettings {
    readonly serverType: ServerType;
    readonly location: Location;
    readonly image: ServerImage;
    readonly volumeSizeGb: number;
    readonly swapMb: number;
    readonly liveRestore: boolean;
    readonly sshFrom: string[];
    readonly authorizedKeys: string[];
}

/** Fly, as the stack's settings have it. */
export interface FlySettings {
    readonly organization: string;
    readonly region: Region;
    readonly suffix: string;
    /** Secret. Undefined where the environment has it. */
    readonly token: pulumi.Output<string> | undefined;
    readonly baseUrl: string | undefined;
}

type Own = Omit<ProdSettings, keyof CommonSettings | "composition">;

const SSH_WAYS = ["direct", "cloudflareAccess"] as const;

/** Reads what is production's own. */
export function readProd(
    config: ConfigReader,
    raw: RawConfig,
    systems: readonly SystemSettings[],
    flySuffix: string,
): Own {
    const onServer = systems.filter(({ platform }) => platform === "docker");
    const onFly = systems.filter(({ platform }) => platform === "fly");
    const publicHosts = hostsOf(onServer, "public");
    const tunnelHosts = hostsOf(onServer, "tunnel");
    const flyHosts = hostsOf(onFly, "public").filter((host) => !host.endsWith(".fly.dev"));
    const ofServer = onServer.length === 0 ? config.aside() : config;
    const ofFly = onFly.length === 0 ? config.aside() : config;
    const ssh = readSsh(ofServer, onServer.length > 0);
    const [server, fly] = [readServer(ofServer, ssh.throughAccess), readFly(ofFly, flySuffix)];
    const throughTunnel = [...tunnelHosts, ...(ssh.accessHost === undefined ? [] : [ssh.accessHost])];
    return {
        server: onServer.length === 0 ? undefined : server,
        fly: onFly.length === 0 ? undefined : fly,
        ssh,
        publicHosts,
        tunnelHosts,
        acme: readAcme(ofServer, publicHosts),
        cloudflare: readCloudflare(
            config,
            [...publicHosts, ...throughTunnel, ...flyHosts],
            throughTunnel.length > 0,
        ),
        images: readImages(config, raw),
    };
}

function hostsOf(systems: readonly SystemSettings[], exposure: "public" | "tunnel"): string[] {
    return systems
        .filter((system) => system.exposure === exposure)
        .flatMap(({ hosts }) => Object.values(hosts))
        .filter((host) => host !== "");
}

function readServer(config: ConfigReader, throughAccess: boolean): ServerSettings {
    checkToken(config, "hcloud:token", "HCLOUD_TOKEN", "Hetzner Cloud's token, with the right to write");
    const sshFrom = config.texts("berth:sshFrom") ?? [];
    config.problems.push(
        ...sshFrom.flatMap((cidr, index) => checkNamedCidr(`berth:sshFrom[${index}]`, cidr)),
    );
    if (sshFrom.length === 0 && !throughAccess) {
        config.wrong(
            "berth:sshFrom",
            "is missing: the addresses that may use SSH, the one that Pulumi runs at among them",
            config.setCommand("--path 'berth:sshFrom[0]'", "203.0.113.7/32"),
        );
    }
    const volumeSizeGb = config.integer("berth:volumeSizeGb", 20);
    const swapMb = config.integer("berth:swapMb", 2048);
    const authorizedKeys = config.texts("berth:authorizedKeys") ?? [];
    config.problems.push(
        ...checkNumber("berth:volumeSizeGb", volumeSizeGb, VOLUME_SIZE_GB),
        ...checkNumber("berth:swapMb", swapMb, SWAP_MB),
        ...checkAuthorizedKeys("berth:authorizedKeys", authorizedKeys),
    );
    return {
        serverType: config.oneOf("berth:serverType", SERVER_TYPES, "cx33") ?? "cx33",
        location: config.oneOf("berth:location", Object.keys(LOCATIONS) as Location[], "nbg1") ?? "nbg1",
        image: config.oneOf("berth:serverImage", SERVER_IMAGES, "debian-12") ?? "debian-12",
        volumeSizeGb,
        swapMb,
        liveRestore: config.flag("berth:liveRestore", true),
        sshFrom,
        authorizedKeys,
    };
}

function readFly(config: ConfigReader, suffix: string): FlySettings {
    checkToken(
        config,
        "fly:token",
        "FLY_API_TOKEN",
        "Fly's token that may change the organization's apps, of `fly tokens create org`",
    );
    const token = config.text("fly:token");
    return {
        organization: config.text("berth:flyOrganization") ?? "personal",
        region: config.oneOf("berth:flyRegion", Object.keys(REGIONS) as Region[], "iad") ?? "iad",
        suffix,
        token: token === undefined ? undefined : pulumi.secret(token),
        baseUrl: config.text("fly:baseUrl"),
    };
}

/** Tokens of the clouds stand in their providers' own settings, or in the environment as their own tools have it. */
function checkToken(config: ConfigReader, key: string, variable: string, description: string): void {
    const value = config.text(key) ?? config.variable(variable);
    const fix = `${config.setCommand(`--secret ${key}`, "").trim()}, or the variable ${variable}`;
    if (value === undefined) {
        config.wrong(key, `is missing: ${description}`, fix);
    } else if (config.text(key) !== undefined && !config.isSecret(key)) {
        config.wrong(key, "stands in the stack's file in clear", fix);
    }
}

/** The way through Access stands as soon as it has a host: runs can go on directly until it works, and again when it does not. */
function readSsh(config: ConfigReader, hasServer: boolean): Own["ssh"] {
    const throughAccess = config.oneOf("berth:sshThrough", SSH_WAYS, "direct") === "cloudflareAccess";
    const accessHost = throughAccess
        ? config.required("berth:sshHost", "host name by which SSH comes through Cloudflare Access")
        : config.text("berth:sshHost");
    if (accessHost) {
        config.problems.push(...checkHost("berth:sshHost", accessHost));
    }
    return { accessHost: hasServer && accessHost !== "" ? accessHost : undefined, throughAccess };
}

const LETS_ENCRYPT = "letsencrypt.org";

function readAcme(config: ConfigReader, publicHosts: readonly string[]): Own["acme"] {
    const email =
        publicHosts.length > 0
            ? config.required(
                  "berth:acmeEmail",
                  "where the certificate authority writes to before a certificate ends",
              )
            : (config.text("berth:acmeEmail") ?? "");
    const wildcards = config.texts("berth:wildcards") ?? [];
    config.problems.push(
        ...(email === "" ? [] : checkEmail("berth:acmeEmail", email)),
        ...checkWildcards("berth:wildcards", wildcards),
    );
    const server = config.text("berth:acmeServer");
    return {
        email,
        server,
        issuer: readIssuer(config, server),
        wildcards,
        dnsToken: readDnsToken(config, wildcards),
    };
}

/** Another authority than the usual one is forbidden by the stack's own CAA records, unless these name it. */
function readIssuer(config: ConfigReader, server: string | undefined): string {
    return server === undefined || server.includes(`.${LETS_ENCRYPT}/`)
        ? (config.text("berth:acmeIssuer") ?? LETS_ENCRYPT)
        : config.required(
              "berth:acmeIssuer",
              "domain of the certificate authority, for the hosts' CAA records",
          );
}

/** A token of its own: the router faces the internet, and the stack's own token may do more. */
function readDnsToken(config: ConfigReader, wildcards: readonly string[]): pulumi.Output<string> | undefined {
    const key = "berth:dnsToken";
    const token = config.text(key);
    const fix = config.setCommand(`--secret ${key}`, "").trim();
    if (token === undefined) {
        if (wildcards.length > 0) {
            config.wrong(
                key,
                "is missing: Cloudflare's token that may read and edit the wildcards' zones",
                fix,
            );
        }
        return undefined;
    }
    if (!config.isSecret(key)) {
        config.wrong(key, "stands in the stack's file in clear", fix);
    }
    return pulumi.secret(token);
}

function readCloudflare(config: ConfigReader, hosts: readonly string[], tunnel: boolean): Own["cloudflare"] {
    if (hosts.length > 0) {
        checkToken(
            config,
            "cloudflare:apiToken",
            "CLOUDFLARE_API_TOKEN",
            "Cloudflare's token, with the right to edit DNS and tunnels",
        );
    }
    const zones = Object.entries(config.anyMap("berth:zones", isText, "a zone's id")).map(([name, id]) => ({
        name,
        id,
    }));
    config.problems.push(
        ...checkZones("berth:zones", hosts, zones, (zone) =>
            config.setCommand(`--path 'berth:zones["${zone}"]'`, "ZONE_ID"),
        ),
    );
    const accountId = tunnel
        ? config.required("berth:cloudflareAccountId", "id of the Cloudflare account that has the tunnel")
        : config.text("berth:cloudflareAccountId");
    config.problems.push(...(accountId ? checkAccountId("berth:cloudflareAccountId", accountId) : []));
    return { accountId: accountId ?? "", zones };
}

function readImages(config: ConfigReader, raw: RawConfig): Record<string, string> {
    const file = config.text("berth:imageLock") ?? LOCK_FILE;
    const text = raw.readFile(file);
    if (text === undefined) {
        config.wrong("berth:imageLock", `there is no file ${file}`, "npm run images -- update");
        return {};
    }
    const { lock, problems } = parseLock(text, file);
    config.problems.push(...problems);
    return { ...lock.images };
}
