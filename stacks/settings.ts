import { checkNumber, checkPort } from "../lib/numbers";
import { refuse } from "../lib/problems";
import { SYSTEMS } from "../systems";
import { SystemDefinition } from "../systems/system";
import { ConfigReader, RawConfig } from "./config";
import { checkTogether } from "./conflicts";
import { readSystem, SystemSettings } from "./systemSettings";

/** Which compositions there are; each is a file beside this one. */
export const COMPOSITIONS = ["dev", "prod"] as const;
export type Composition = (typeof COMPOSITIONS)[number];

/** Everything that a composition needs to know, read once and checked as a whole. */
export interface Settings {
    readonly stack: string;
    readonly composition: Composition;
    /** Start of every name on the engine. */
    readonly prefix: string;
    readonly engine: { readonly host: string; readonly sshOpts: readonly string[] };
    readonly router: {
        readonly bindAddress: string;
        readonly httpPort: number;
        readonly scheme: "http" | "https";
    };
    readonly protectData: boolean;
    readonly systems: readonly SystemSettings[];
}

const PROJECT = "berth";
const DEFAULT_ENGINE = "unix:///var/run/docker.sock";
const SCHEMES = ["http", "https"] as const;

/** Reads the settings of a stack. Throws with everything that is wrong or missing, before anything is touched. */
export function readSettings(raw: RawConfig, definitions: readonly SystemDefinition[] = SYSTEMS): Settings {
    const config = new ConfigReader(raw);
    const composition = config.oneOf(`${PROJECT}:composition`, COMPOSITIONS, raw.stack) ?? "prod";
    const router = readRouter(config);
    const environment = {
        domain: config.text(`${PROJECT}:domain`),
        inventSecrets: config.flag(`${PROJECT}:inventSecrets`, false),
        clearSecretsAllowed: composition === "dev",
        urlOf: urlsOf(router),
    };
    const settings: Settings = {
        stack: raw.stack,
        composition,
        prefix: `${PROJECT}-${raw.stack}`,
        engine: {
            host: config.text(`${PROJECT}:dockerHost`) ?? DEFAULT_ENGINE,
            sshOpts: config.texts(`${PROJECT}:sshOpts`) ?? [],
        },
        router,
        protectData: config.flag(`${PROJECT}:protectData`, composition !== "dev"),
        systems: chosen(config, definitions).map((definition) => readSystem(config, definition, environment)),
    };
    config.reportUnknown([PROJECT, ...settings.systems.map(({ definition }) => definition.name)]);
    config.problems.push(...checkTogether(settings));
    refuse(`Settings of the stack "${raw.stack}"`, config.problems);
    return settings;
}

/** URL of a host as clients see it, without a slash at the end. */
export function urlsOf({ scheme, httpPort }: Settings["router"]): (host: string) => string {
    return (host) =>
        scheme === "https" || httpPort === 80 ? `${scheme}://${host}` : `${scheme}://${host}:${httpPort}`;
}

function readRouter(config: ConfigReader): Settings["router"] {
    const httpPort = config.integer(`${PROJECT}:httpPort`, 80);
    config.problems.push(...checkPort(`${PROJECT}:httpPort`, httpPort));
    return {
        bindAddress: config.text(`${PROJECT}:bindAddress`) ?? "127.0.0.1",
        httpPort,
        scheme: config.oneOf(`${PROJECT}:scheme`, SCHEMES, "http") ?? "http",
    };
}

function chosen(config: ConfigReader, definitions: readonly SystemDefinition[]): SystemDefinition[] {
    const key = `${PROJECT}:systems`;
    const names = config.texts(key);
    if (names === undefined) {
        return [...definitions];
    }
    config.problems.push(...checkNumber(`${key}.length`, names.length, { min: 1 }));
    const known = definitions.map(({ name }) => name);
    for (const [index, name] of names.entries()) {
        if (!known.includes(name)) {
            config.wrong(`${key}[${index}]`, `"${name}" is no system: one of ${known.join(", ")}`);
        }
    }
    return definitions.filter(({ name }) => names.includes(name));
}
