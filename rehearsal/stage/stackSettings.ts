import { SERVER_IMAGES } from "../../components/hetzner/choices";
import { mapValues } from "../../lib/records";
import { SystemDefinition } from "../../systems/system";
import { MACHINE_IMAGE } from "../hetzner/machines";
import { missingDomain, zonesOf } from "./hosts";
import { mapOf, StackSettings, withoutSecrets } from "./plainSettings";

/** What a rehearsed stack has to know of the clouds that stand in for the real ones. */
export interface Surroundings {
    /** Address that this machine reaches the servers from. */
    readonly gateway: string;
    /** Directory of the certificate authority, and the domain that it goes by. */
    readonly acme: { readonly directory: string; readonly issuer: string };
    readonly cloudflare: { readonly accountId: string };
    readonly fly: { readonly url: string };
    /** Path of the lock file, from the project's root. */
    readonly imageLock: string;
    /** What stands for an app's image: of the one that the stack sets, undefined where it sets none. */
    readonly imageOf: (set: string | undefined) => string;
}

/** The settings of a rehearsed stack. */
export interface Rehearsed {
    readonly settings: Readonly<Record<string, unknown>>;
    /** How they differ from the stack's own, a line each, secrets left out. */
    readonly changes: readonly string[];
}

/** Settings that say how to get at something that a rehearsal has another way to. */
const LEFT_OUT: Readonly<Record<string, string>> = {
    "berth:sshThrough": "SSH goes straight to the server",
    "berth:sshHost": "SSH goes straight to the server",
    "berth:wildcards": "each host gets a certificate of its own: the proof by DNS needs the real Cloudflare",
    "berth:dnsToken": "each host gets a certificate of its own",
};
/** The same of each system. */
const LEFT_OUT_OF_SYSTEMS: Readonly<Record<string, string>> = {
    registryAddress: "images come from the rehearsal's registry",
    registryUsername: "images come from the rehearsal's registry",
    registryPassword: "images come from the rehearsal's registry",
    attach: "a server of another stack is none here: the system has its own",
    snapshots: "there are no snapshots to begin with: disks begin empty",
};

/**
 * The settings with which a stack is rehearsed: its own, with the clouds that stand in for the real ones. Every secret is
 * left out, and the program makes one up by the rules it has for them. What the stack does not say yet gets a value that
 * does no harm, so that a team can rehearse before it has an account.
 */
export function rehearsedSettings(
    own: StackSettings,
    systems: readonly SystemDefinition[],
    surroundings: Surroundings,
): Rehearsed {
    const changes: string[] = [];
    const kept = keptOf(own, systems, changes);
    const settings: Record<string, unknown> = { ...kept, "berth:composition": "prod" };
    const set = (key: string, value: unknown, why: string) => {
        settings[key] = value;
        changes.push(`${key} is ${textOf(value)}: ${why}`);
    };
    const { gateway, acme, cloudflare, fly } = surroundings;
    set("berth:inventSecrets", "true", "each secret is made up");
    set("berth:imageLock", surroundings.imageLock, "images were made, or pulled, on this machine");
    set("berth:sshFrom", [...listOf(kept["berth:sshFrom"]), `${gateway}/32`], "this machine is the runner");
    set("berth:swapMb", "0", "swap is this machine's own");
    set("berth:acmeServer", acme.directory, "certificates are Pebble's");
    set("berth:acmeIssuer", acme.issuer, "certificates are Pebble's");
    if (kept["berth:acmeEmail"] === undefined) {
        set("berth:acmeEmail", "rehearsal@example.com", "none is set");
    }
    set("berth:cloudflareAccountId", cloudflare.accountId, "the simulated Cloudflare's account");
    set("fly:baseUrl", fly.url, "the simulated Fly");
    const { "berth:serverImage": image } = kept;
    if (image !== MACHINE_IMAGE && SERVER_IMAGES.some((each) => each === image)) {
        set("berth:serverImage", MACHINE_IMAGE, "machines are Debian 12");
    }
    for (const system of systems) {
        settings[`${system.name}:images`] = imagesOf(kept, system, surroundings, changes);
        for (const name of missingValues(kept, system)) {
            set(`${system.name}:${name}`, "rehearsal", "none is set");
        }
    }
    const missing = missingDomain(kept, systems);
    if (missing !== undefined) {
        set(
            "berth:domain",
            missing.domain,
            `no name is set, or none that can be read: ${missing.hosts.join(", ")}`,
        );
    }
    const zones = zonesOf(own, systems);
    const known = mapOf(kept["berth:zones"]);
    const added = Object.keys(zones).filter((zone) => !(zone in known));
    if (added.length > 0) {
        set("berth:zones", zones, `not set, or none that can be read: ${added.join(", ")}`);
    }
    return { settings, changes };
}

/** What is copied as it is. */
function keptOf(
    own: StackSettings,
    systems: readonly SystemDefinition[],
    changes: string[],
): Record<string, unknown> {
    const leftOut = {
        ...LEFT_OUT,
        ...Object.fromEntries(
            systems.flatMap(({ name }) =>
                Object.entries(LEFT_OUT_OF_SYSTEMS).map(([key, why]) => [`${name}:${key}`, why]),
            ),
        ),
    };
    const copied = Object.entries(own).filter(([key]) => {
        const why = leftOut[key] ?? (isProviders(key) ? "the clouds are simulated" : undefined);
        if (why !== undefined) {
            changes.push(`${key} is left out: ${why}`);
        }
        return why === undefined;
    });
    const { settings, secrets } = withoutSecrets(Object.fromEntries(copied));
    changes.push(...secrets.map((path) => `${path} is left out: a secret: one is made up`));
    return settings;
}

/** Namespaces of providers: where their clouds are, and who one is there. */
const PROVIDERS = ["hcloud:", "cloudflare:", "fly:", "docker:"];

function isProviders(key: string): boolean {
    return PROVIDERS.some((provider) => key.startsWith(provider));
}

function imagesOf(
    kept: StackSettings,
    { name, apps }: SystemDefinition,
    { imageOf }: Surroundings,
    changes: string[],
): Record<string, string> {
    const set = mapOf(kept[`${name}:images`]);
    return mapValues(apps, (_, app) => {
        const image = set[app];
        if (typeof image !== "string") {
            changes.push(`${name}:images.${app} is the sample app: none is set`);
            return imageOf(undefined);
        }
        return imageOf(image);
    });
}

function missingValues(kept: StackSettings, { name, values }: SystemDefinition): string[] {
    return Object.entries(values)
        .filter(([value, need]) => need.default === undefined && kept[`${name}:${value}`] === undefined)
        .map(([value]) => value);
}

function listOf(value: unknown): unknown[] {
    return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string {
    return typeof value === "string" ? value : JSON.stringify(value);
}
