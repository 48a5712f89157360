import { FlyProviderTest } from "./flyProvider";
import { Values } from "./providerClient";

export const GROUP = "fly:index:MachineGroup";
export const IMAGE = "node:20-slim";

/** Images of the shop by version; all of them are Node. */
export const IMAGES = Object.fromEntries(
    ["1", "2", "3"].map((version) => [`registry.fly.io/shop:${version}`, IMAGE]),
);

/** A config of one version: a server that answers with it, and leaves at once when it is told to. */
export function serving(version: string, script = SERVER, more: Values = {}): Values {
    return {
        image: `registry.fly.io/shop:${version}`,
        env: { VERSION: version },
        command: ["node", "-e", script],
        services: [
            {
                internalPort: 8080,
                ports: [{ port: 443, handlers: ["tls", "http"] }],
                checks: [{ path: "/", intervalSeconds: 2, timeoutSeconds: 1, gracePeriodSeconds: 0 }],
            },
        ],
        ...more,
    };
}

const SERVER = `
process.on("SIGTERM", () => process.exit());
require("node:http").createServer((_, response) => response.end(process.env.VERSION)).listen(8080);`;

/** A group of an app, with nothing to wait for between its steps. */
export function group(app: string, version: string, more: Values = {}): Values {
    return {
        app,
        config: serving(version),
        regions: { iad: 2 },
        settleSeconds: 0,
        drainSeconds: 0,
        healthyTimeoutSeconds: 30,
        ...more,
    };
}

/** What serves: versions of the machines that get requests, with their states; and how many others there are. */
export async function served(
    test: FlyProviderTest,
    app: string,
): Promise<{ serving: string[]; others: number }> {
    const machines = await test.machines(app);
    const open = machines.filter(({ cordoned }) => !cordoned);
    return {
        serving: open.map(({ config, state }) => `${config.env?.VERSION ?? "?"} ${state}`).sort(),
        others: machines.length - open.length,
    };
}
