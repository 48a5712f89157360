import { secret, Values } from "./providerClient";

/** Right inputs of each resource of the provider `fly`, with everything that has to be given and nothing else. */
export const LEAST = {
    App: {},
    MachineGroup: { app: "shop", config: { image: "shop:1" }, regions: { iad: 2 } },
    Machine: { app: "shop", region: "iad", config: { image: "shop:1" } },
    Volume: { app: "shop", region: "iad" },
    Secrets: { app: "shop", values: secret({ KEY: "hush" }) },
    IpAddress: { app: "shop", type: "v6" },
    Certificate: { app: "shop", hostname: "shop.example.org" },
    PostgresDatabase: { app: "db", database: "shop", user: "shop", password: secret("hush") },
} as const satisfies Record<string, Values>;

export type FlyResource = keyof typeof LEAST;

export const tokenOf = (resource: string): string => `fly:index:${resource}`;

/** What a config with nothing but an image becomes. */
export const CONFIG_DEFAULTS = {
    env: {},
    guest: { cpuKind: "shared", cpus: 1, memoryMb: 256 },
    services: [],
    checks: {},
    files: [],
    restart: { policy: "on-failure" },
    stop: { signal: "SIGTERM", timeoutSeconds: 10 },
    metadata: {},
} as const satisfies Values;
