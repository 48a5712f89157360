import { LimitsArgs } from "../components/platform";
import { checkPort } from "../lib/numbers";
import { ServerSettings, SystemDefinition } from "../systems/system";
import { ConfigReader, isNumber, isText } from "./config";
import { checkAgainst, limitsIn } from "./limits";
import { Environment, PlatformName } from "./environment";

/** Reads what a stack says about the servers for data of one system. */
export function readServers(
    config: ConfigReader,
    { name, servers }: SystemDefinition,
    limits: Readonly<Record<string, LimitsArgs>>,
    platform: PlatformName,
    { production }: Environment,
): Record<string, ServerSettings> {
    const onFly = { config, name, servers, platform, production };
    const existing = readOnFly(
        onFly,
        "attach",
        "names a server of another stack: only one on Fly can be shared",
    );
    const snapshots = readOnFly(
        onFly,
        "snapshots",
        "names a snapshot: only a disk at Fly is filled from one",
    );
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
                {
                    publish: publish[server],
                    ...(existing[server] !== undefined && { existing: existing[server] }),
                    ...(snapshots[server] !== undefined && { snapshot: snapshots[server] }),
                    limits: limitsIn(production, "server", limits[server]),
                },
            ];
        }),
    );
}

/** A map from servers to names of something at Fly. */
function readOnFly(
    { config, name, servers, platform, production }: OnFly,
    setting: string,
    otherwise: string,
): Record<string, string> {
    const key = `${name}:${setting}`;
    const named = production ? config.map(key, servers, isText, "a name at Fly") : {};
    for (const server of platform === "fly" ? [] : Object.keys(named)) {
        config.wrong(`${key}.${server}`, otherwise, config.setCommand(`${name}:platform`, "fly"));
    }
    return named;
}

interface OnFly {
    readonly config: ConfigReader;
    readonly name: string;
    readonly servers: readonly string[];
    readonly platform: PlatformName;
    readonly production: boolean;
}
