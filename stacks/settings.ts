import { checkPort } from "../lib/numbers";
import { refuse } from "../lib/problems";
import { publicUrl } from "../lib/urls";
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
    const composition = config.oneOf(`${PROJECT}:composition`, COMPOSITIONS, raw.stack) ?? "dev";
    const router = readRouter(config);
    const environment = {
        domain: config.text(`${PROJECT}:domain`),
        inventSecrets: config.flag(`${PROJECT}:inventSecrets`, false),
        production: composition === "prod",
        urlOf: (host: string) => publicUrl(router, host),
    };
    const settings: Settings = {
        stack: raw.stack,
        composition,
        prefix: `${PROJECT}-${raw.stack}`,
        engine: {
            host: config.text(`${PROJECT}:dockerHost`) ?? raw.dockerHost ?? DEFAULT_ENGINE,
            sshOpts: config.texts(`${PROJECT}:sshOpts`) ?? [],
        },
        router,
        protectData: config.flag(`${PROJECT}:protectData`, composition !== "dev"),
        systems: chosen(config, definitions).map((definition) => readSystem(config, definition, environment)),
    };
    // A system that is not chosen keeps its settings for the day that it is.
    config.reportUnknown([PROJECT, ...settings.systems.map(({ definition }) => definition.name)]);
    config.problems.push(...checkTogether(settings.systems, router.httpPort));
    refuse(`Settings of the stack "${raw.stack}"`, config.problems);
    return settings;
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
    if (names.length === 0) {
        config.wrong(key, "is empty: at least one system runs");
    }
    const known = definitions.map(({ name }) => name);
    for (const [index, name] of names.entries()) {
        if (!known.includes(name)) {
            config.wrong(`${key}[${index}]`, `"${name}" is no system: one of ${known.join(", ")}`);
        }
    }
    return definitions.filter(({ name }) => names.includes(name));
}
