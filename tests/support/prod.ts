import { prod } from "../../stacks/prod";
import { ProdSettings } from "../../stacks/prodSettings";
import { readSettings } from "../../stacks/settings";
import { SYSTEMS } from "../../systems";
import { RawConfig } from "../../stacks/config";
import { rawConfig, stackFile } from "./config";
import { Graph, record, RecordOptions } from "./graph";

/** Stacks of production's composition, each with a file in the project. */
export type ProdStack = "prod" | "staging";

const TOKENS = ["hcloud:token", "cloudflare:apiToken", "fly:token"];
/** Encrypted where a stack has it. */
const OPTIONAL_SECRETS = ["berth:dnsToken"];

/** What a team adds to the file of a stack: images, tokens, ids, and the secrets that come from outside. */
function added(): { config: Record<string, unknown>; secretKeys: string[] } {
    const config: Record<string, unknown> = {
        "berth:sshFrom": ["203.0.113.7/32"],
        "berth:cloudflareAccountId": "0123456789abcdef0123456789abcdef",
        "berth:zones": {
            "databridge360.com": "zone-databridge",
            "korczewski.de": "zone-korczewski",
            "example.com": "zone-example",
        },
    };
    const secretKeys = [...TOKENS];
    for (const { name, apps, secrets, values } of SYSTEMS) {
        config[`${name}:images`] = Object.fromEntries(
            Object.keys(apps).map((app) => [app, `team/${name}-${app}:1.0.0`]),
        );
        for (const value of Object.keys(values)) {
            config[`${name}:${value}`] = "given";
        }
        secretKeys.push(
            ...Object.entries(secrets)
                .filter(([, { generated }]) => generated !== true)
                .map(([secret]) => `${name}:${secret}`),
        );
    }
    for (const key of secretKeys) {
        config[key] = `secret of ${key}`.padEnd(40, "!");
    }
    return { config, secretKeys };
}

/** The settings of a stack, with what a team adds and further changes. */
export function rawProd(stack: ProdStack, changes: Record<string, unknown> = {}): RawConfig {
    const { config, secretKeys } = added();
    const all = { ...config, ...stackFile(`Pulumi.${stack}.yaml`), ...changes };
    const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    return rawConfig(stack, given, { isSecret: (key) => [...secretKeys, ...OPTIONAL_SECRETS].includes(key) });
}

export function prodSettings(stack: ProdStack, changes: Record<string, unknown> = {}): ProdSettings {
    return readSettings(rawProd(stack, changes)) as ProdSettings;
}

/** Records the production composition. */
export function recordProd(
    stack: ProdStack,
    changes: Record<string, unknown> = {},
    options?: RecordOptions,
): Promise<Graph> {
    return record(() => {
        const { systems } = prod(prodSettings(stack, changes));
        return Object.values(systems).map(({ apps }) => Object.values(apps));
    }, options);
}

/** What a stack needs no more when none of its systems stands on a server. */
const WITHOUT_SERVER = {
    "hcloud:token": undefined,
    "cloudflare:apiToken": undefined,
    "berth:sshFrom": undefined,
    "berth:zones": undefined,
    "berth:cloudflareAccountId": undefined,
    "berth:acmeEmail": undefined,
};
/** Production with AudiFi alone, and nothing that a server takes. */
export const ONLY_FLY = { ...WITHOUT_SERVER, "berth:systems": ["audifi"] };

/** The problems of settings, a line each. */
export function problemsOf(raw: RawConfig): string[] {
    try {
        readSettings(raw);
    } catch (error) {
        return error instanceof Error ? error.message.split("\n").slice(1) : [];
    }
    return [];
}

/** The problems of a stack with what a team adds and further changes. */
export const prodProblems = (changes: Record<string, unknown>, stack: ProdStack = "prod") =>
    problemsOf(rawProd(stack, changes));
