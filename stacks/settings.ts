import { Problem, refuse } from "../lib/problems";
import { SYSTEMS } from "../systems";
import { SystemDefinition } from "../systems/system";
import { ConfigReader, RawConfig } from "./config";
import { CommonSettings } from "./commonSettings";
import { checkTogether } from "./conflicts";
import { DevSettings, readDev } from "./devSettings";
import { ProdSettings, readProd } from "./prodSettings";
import { readSystem } from "./systemSettings";

/** Which compositions there are; each is a file beside this one. */
const COMPOSITIONS = ["dev", "prod"] as const;

/** Everything that a composition needs to know, read once and checked as a whole. */
export type Settings = DevSettings | ProdSettings;

const PROJECT = "berth";

/** Reads the settings of a stack. Throws with everything that is wrong or missing, before anything is touched. */
export function readSettings(raw: RawConfig, definitions: readonly SystemDefinition[] = SYSTEMS): Settings {
    const config = new ConfigReader(raw);
    const composition = config.oneOf(`${PROJECT}:composition`, COMPOSITIONS, raw.stack) ?? "dev";
    const production = composition === "prod";
    const own = production ? undefined : readDev(config, raw);
    const environment = {
        domain: config.text(`${PROJECT}:domain`),
        inventSecrets: config.flag(`${PROJECT}:inventSecrets`, false),
        production,
        // What runs for its users has the plain names.
        flySuffix: raw.stack === "prod" ? "" : `-${raw.stack}`,
        // In production TLS ends at the router or at the edge, always on the usual port.
        urlOf: own?.urlOf ?? ((host: string) => `https://${host}`),
    };
    const common: CommonSettings = {
        stack: raw.stack,
        prefix: `${PROJECT}-${raw.stack}`,
        protect: config.flag(`${PROJECT}:protect`, production),
        systems: chosen(config, definitions).map((definition) => readSystem(config, definition, environment)),
    };
    const settings: Settings = own
        ? { ...common, composition: "dev", ...own.settings }
        : { ...common, composition: "prod", ...readProd(config, raw, common.systems, environment.flySuffix) };
    // A system that is not chosen keeps its settings for the day that it is.
    config.reportUnknown([PROJECT, ...common.systems.map(({ definition }) => definition.name)]);
    const claims =
        settings.composition === "dev"
            ? { httpPort: settings.router.httpPort }
            : { sshHost: settings.ssh.accessHost };
    const problems: Problem[] = checkTogether(common.systems, claims);
    refuse(`Settings of the stack "${raw.stack}"`, [...config.problems, ...problems]);
    return settings;
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
