import { definition } from "../../../providers/fly/definition";
import { flyPackage } from "../../../providers/fly/schema";
import { FlyResource, LEAST, tokenOf } from "../../support/flyInputs";
import { ProviderClient, secret, UNKNOWN, Values } from "../../support/providerClient";

let provider: ProviderClient;
beforeAll(async () => {
    provider = await ProviderClient.start(definition);
});
afterAll(() => provider.close());

const FULL_CONFIG: Values = {
    image: "shop:1",
    env: { PORT: "80", "A-B": "1" },
    guest: { cpus: 1, memoryMb: 512 },
    services: [{ internalPort: 80, ports: [{ port: 443, handlers: ["tls", "http"] }] }],
    checks: { live: { type: "tcp", port: 80 } },
    stop: { timeoutSeconds: 30 },
    metadata: { team: "shop" },
};

/** The inputs that changes start from: as given, before any default is filled in. */
const BEFORE: Record<FlyResource, Values> = {
    ...LEAST,
    App: { name: "shop", organization: "team" },
    MachineGroup: { ...LEAST.MachineGroup, config: FULL_CONFIG, strategy: "rolling", secretsVersion: 1 },
    Machine: { ...LEAST.Machine, config: FULL_CONFIG, mounts: [{ volume: "vol_1", path: "/data" }] },
    Volume: { ...LEAST.Volume, sizeGb: 3 },
    Certificate: { ...LEAST.Certificate },
};

const CONFIG_CHANGES: [change: Values, paths: Record<string, string>][] = [
    [{ image: "shop:2" }, { "config.image": "update" }],
    [{ env: { PORT: "81", "A-B": "1" } }, { "config.env.PORT": "update" }],
    [{ env: { PORT: "80", "A-B": "2" } }, { 'config.env["A-B"]': "update" }],
    [{ env: { "A-B": "1", URL: "x" } }, { "config.env.PORT": "delete", "config.env.URL": "add" }],
    [{ command: ["serve"] }, { "config.command": "add" }],
    [{ entrypoint: ["/bin/sh"] }, { "config.entrypoint": "add" }],
    [{ guest: { cpus: 1, memoryMb: 1024 } }, { "config.guest.memoryMb": "update" }],
    [
        { guest: { cpuKind: "performance", cpus: 2, memoryMb: 4096 } },
        {
            "config.guest.cpuKind": "update",
            "config.guest.cpus": "update",
            "config.guest.memoryMb": "update",
        },
    ],
    [{ services: [{ internalPort: 81 }] }, { "config.services": "update" }],
    [{ checks: { live: { type: "tcp", port: 81 } } }, { "config.checks.live.port": "update" }],
    [{ files: [{ path: "/etc/key", secret: "KEY" }] }, { "config.files": "update" }],
    [{ restart: { policy: "always" } }, { "config.restart.policy": "update" }],
    [{ stop: { timeoutSeconds: 31 } }, { "config.stop.timeoutSeconds": "update" }],
    [{ metadata: { team: "blog" } }, { "config.metadata.team": "update" }],
    [{ image: UNKNOWN }, { "config.image": "update" }],
];
const inConfig = (resource: FlyResource): Row[] =>
    CONFIG_CHANGES.map(([change, paths]) => [resource, { config: { ...FULL_CONFIG, ...change } }, paths]);

type Row = [resource: FlyResource, change: Values, paths: Record<string, string>];

/** What each change of each input does: an update in place, or a new resource. */
const ROWS: Row[] = [
    ["App", { name: "other" }, { name: "update_replace" }],
    ["App", { organization: "other" }, { organization: "update_replace" }],
    ["App", { network: "own" }, { network: "add_replace" }],

    ["MachineGroup", { app: "other" }, { app: "update_replace" }],
    ["MachineGroup", { group: "worker" }, { group: "update_replace" }],
    ...inConfig("MachineGroup"),
    ["MachineGroup", { regions: { iad: 3 } }, { "regions.iad": "update" }],
    ["MachineGroup", { regions: { fra: 2 } }, { "regions.fra": "add", "regions.iad": "delete" }],
    ["MachineGroup", { secretsVersion: 2 }, { secretsVersion: "update" }],
    ["MachineGroup", { strategy: "bluegreen" }, { strategy: "update" }],
    ["MachineGroup", { batchSize: 2 }, { batchSize: "add" }],
    ["MachineGroup", { releaseCommand: ["migrate"] }, { releaseCommand: "add" }],
    ["MachineGroup", { releaseCommandTimeoutSeconds: 60 }, { releaseCommandTimeoutSeconds: "update" }],
    ["MachineGroup", { healthyTimeoutSeconds: 60 }, { healthyTimeoutSeconds: "update" }],
    ["MachineGroup", { settleSeconds: 60 }, { settleSeconds: "update" }],
    ["MachineGroup", { drainSeconds: 60 }, { drainSeconds: "update" }],

    ["Machine", { app: "other" }, { app: "update_replace" }],
    ["Machine", { region: "fra" }, { region: "update_replace" }],
    ["Machine", { name: "db" }, { name: "add_replace" }],
    ...inConfig("Machine"),
    ["Machine", { mounts: [{ volume: "vol_2", path: "/data" }] }, { mounts: "update_replace" }],
    ["Machine", { secretsVersion: 1 }, { secretsVersion: "add" }],
    ["Machine", { healthyTimeoutSeconds: 60 }, { healthyTimeoutSeconds: "update" }],

    ["Volume", { app: "other" }, { app: "update_replace", name: "update_replace" }],
    ["Volume", { name: "other" }, { name: "update_replace" }],
    ["Volume", { region: "fra" }, { region: "update_replace", name: "update_replace" }],
    ["Volume", { sizeGb: 4 }, { sizeGb: "update" }],
    ["Volume", { encrypted: false }, { encrypted: "update_replace", name: "update_replace" }],
    ["Volume", { snapshotRetentionDays: 7 }, { snapshotRetentionDays: "update" }],
    ["Volume", { autoBackup: false }, { autoBackup: "update" }],
    ["Volume", { snapshotId: "vs_1" }, { snapshotId: "add_replace", name: "update_replace" }],

    ["Secrets", { app: "other" }, { app: "update_replace" }],
    ["Secrets", { values: secret({ KEY: "new" }) }, { "values.KEY": "update" }],
    ["Secrets", { values: secret({ OTHER: "hush" }) }, { "values.KEY": "delete", "values.OTHER": "add" }],

    ["IpAddress", { app: "other" }, { app: "update_replace" }],
    ["IpAddress", { type: "v4" }, { type: "update_replace" }],
    ["IpAddress", { region: "iad" }, { region: "add_replace" }],

    ["Certificate", { app: "other" }, { app: "update_replace" }],
    ["Certificate", { hostname: "www.example.org" }, { hostname: "update_replace" }],

    ["PostgresDatabase", { app: "other" }, { app: "update_replace" }],
    ["PostgresDatabase", { database: "other" }, { database: "update_replace" }],
    ["PostgresDatabase", { user: "other" }, { user: "update_replace" }],
    ["PostgresDatabase", { password: secret("new") }, { password: "update" }],
];

/** Inputs as the engine has them: checked, with their defaults. */
async function checked(resource: FlyResource, more: Values = {}): Promise<Values> {
    const { inputs, failures } = await provider.check(tokenOf(resource), { ...BEFORE[resource], ...more });
    expect(failures).toEqual([]);
    return inputs;
}

/** What can't stand beside the old one: its name, its address or its volume is taken while that is there. */
const OLD_FIRST: readonly FlyResource[] = [
    "App",
    "MachineGroup",
    "Machine",
    "Secrets",
    "IpAddress",
    "Certificate",
];

describe("a change", () => {
    it.each(ROWS)("of %s: %j", async (resource, change, paths) => {
        const [olds, news] = [await checked(resource), await checked(resource, change)];
        const found = await provider.differences(tokenOf(resource), olds, news);
        const replaces = Object.values(paths).some((kind) => kind.endsWith("_replace"));
        expect(found).toEqual({ paths, oldFirst: replaces && OLD_FIRST.includes(resource) });
    });

    it("is shown here for each input of each resource", () => {
        const shown = new Set(
            ROWS.flatMap(([resource, change]) => Object.keys(change).map((name) => `${resource}.${name}`)),
        );
        const all = flyPackage.resources.flatMap(({ token, inputs }) =>
            Object.keys(inputs).map((name) => `${token.split(":")[2] ?? ""}.${name}`),
        );
        expect([...shown].sort()).toEqual(all.sort());
        const config = flyPackage.resources.find(({ token }) => token === "fly:index:Machine")?.inputs.config
            ?.type;
        const fields = typeof config === "object" && "fields" in config ? Object.keys(config.fields) : [];
        expect([...new Set(CONFIG_CHANGES.flatMap(([change]) => Object.keys(change)))].sort()).toEqual(
            fields.sort(),
        );
    });

    it("replaces what the schema says, and nothing else", () => {
        const replacing = new Set(
            ROWS.flatMap(([resource, , paths]) =>
                Object.entries(paths).flatMap(([path, kind]) =>
                    kind.endsWith("_replace") ? [`${resource}.${path}`] : [],
                ),
            ),
        );
        const said = flyPackage.resources.flatMap(({ token, inputs }) =>
            Object.entries(inputs).flatMap(([name, { replaces }]) =>
                replaces === undefined ? [] : [`${token.split(":")[2] ?? ""}.${name}`],
            ),
        );
        expect([...replacing].sort()).toEqual(said.sort());
    });

    it.each(Object.keys(BEFORE) as FlyResource[])(
        "is none where %s is the same, secret or not",
        async (resource) => {
            const inputs = await checked(resource);
            const bare = Object.fromEntries(
                Object.entries(inputs).map(([name, value]) => [
                    name,
                    typeof value === "object" && value !== null && "value" in value ? value.value : value,
                ]),
            ) as Values;
            const reordered = Object.fromEntries(Object.entries(inputs).reverse());
            for (const [olds, news] of [
                [inputs, inputs],
                [inputs, reordered],
                [bare, inputs],
            ] as const) {
                expect(await provider.differences(tokenOf(resource), olds, news)).toEqual({
                    paths: {},
                    oldFirst: false,
                });
            }
        },
    );

    it("is none when a default is given outright", async () => {
        const given = await checked("Machine", {
            healthyTimeoutSeconds: 300,
            config: { ...FULL_CONFIG, files: [] },
        });
        expect(await provider.diff(tokenOf("Machine"), await checked("Machine"), given)).toEqual({
            changed: [],
            replaces: [],
        });
    });
});
