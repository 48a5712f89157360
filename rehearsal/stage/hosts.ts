import { createHash } from "node:crypto";
import { zoneOf } from "../../components/cloudflare/zones";
import { mapValues } from "../../lib/records";
import { SystemDefinition } from "../../systems/system";
import { mapOf, StackSettings, withoutSecrets } from "./plainSettings";

/** Below it stand the hosts that a stack has no name for yet, or a secret one. Nobody can have it. */
const DOMAIN = "rehearsal.example";

/** A host of the stack's own. */
interface Host {
    readonly setting: string;
    readonly name: string | undefined;
}

/** A domain for the hosts that would have no name, and the settings of these; undefined where each has one. */
export function missingDomain(
    plain: StackSettings,
    systems: readonly SystemDefinition[],
): { readonly domain: string; readonly hosts: readonly string[] } | undefined {
    const hosts = hostsOf(plain, systems).filter(({ name }) => name === undefined);
    return hosts.length === 0 ? undefined : { domain: DOMAIN, hosts: hosts.map(({ setting }) => setting) };
}

/**
 * Ids of the zones that the hosts lie in. Where none is set for one, it lies in the zone of its last two labels. An id that is
 * a secret is made up, too.
 */
export function zonesOf(own: StackSettings, systems: readonly SystemDefinition[]): Record<string, string> {
    const { settings: plain } = withoutSecrets(own);
    const zones = mapValues(mapOf(own["berth:zones"]), (id, zone) =>
        typeof id === "string" ? id : zoneId(zone),
    );
    const domain = missingDomain(plain, systems)?.domain;
    for (const { name } of hostsOf({ ...plain, ...(domain && { "berth:domain": domain }) }, systems)) {
        const known = Object.entries(zones).map(([zone, id]) => ({ name: zone, id }));
        if (name !== undefined && !name.endsWith(".fly.dev") && zoneOf(name, known) === undefined) {
            const zone = name.split(".").slice(-2).join(".");
            zones[zone] = zoneId(zone);
        }
    }
    return zones;
}

/** Hosts that stand in the stack's own zones. An app at Fly has a name there without one of the stack's. */
function hostsOf(plain: StackSettings, systems: readonly SystemDefinition[]): Host[] {
    const domain = textOf(plain["berth:domain"]);
    return systems.flatMap(({ name, hosts, apps }) => {
        const set = mapOf(plain[`${name}:hosts`]);
        const roles = Object.keys(hosts);
        const onFly = plain[`${name}:platform`] === "fly";
        return roles
            .filter((role) => textOf(set[role]) !== undefined || !(onFly && role in apps))
            .map((role) => ({
                setting: `${name}:hosts.${role}`,
                name: textOf(set[role]) ?? below(domain, roles.length === 1 ? name : `${role}.${name}`),
            }));
    });
}

function below(domain: string | undefined, host: string): string | undefined {
    return domain === undefined ? undefined : `${host}.${domain}`;
}

function textOf(value: unknown): string | undefined {
    return typeof value === "string" && value !== "" ? value : undefined;
}

/** An id in the form of Cloudflare's that is the same each time. */
function zoneId(zone: string): string {
    return createHash("sha256").update(zone).digest("hex").slice(0, 32);
}
