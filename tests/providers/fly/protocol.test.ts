import { definition } from "../../../providers/fly/definition";
import { flyPackage } from "../../../providers/fly/schema";
import { pulumiSchema } from "../../../providers/schema/package";
import { CONFIG_DEFAULTS, FlyResource, LEAST, tokenOf } from "../../support/flyInputs";
import { ProviderClient, secret, UNKNOWN, Values } from "../../support/providerClient";
import { ScriptedApi } from "../../support/scriptedApi";

/** Every request that any of these tests makes: none has an answer. */
const api = new ScriptedApi();
let provider: ProviderClient;
beforeAll(async () => {
    await api.start();
    provider = await ProviderClient.start(definition);
    await provider.configureWith({ token: secret("hush-hush"), baseUrl: api.url });
});
afterEach(() => {
    expect(api.received).toEqual([]);
});
afterAll(async () => {
    provider.close();
    await api.stop();
});

const check = (resource: FlyResource, more: Values, olds?: Values) =>
    provider.check(tokenOf(resource), { ...LEAST[resource], ...more }, olds);
const failures = async (resource: FlyResource, more: Values) => (await check(resource, more)).failures;

const DEFAULTS: Record<FlyResource, Values> = {
    App: { name: "thing", organization: "personal" },
    MachineGroup: {
        group: "app",
        config: { image: "shop:1", ...CONFIG_DEFAULTS },
        strategy: "bluegreen",
        releaseCommandTimeoutSeconds: 300,
        healthyTimeoutSeconds: 300,
        settleSeconds: 10,
        drainSeconds: 10,
    },
    Machine: { config: { image: "shop:1", ...CONFIG_DEFAULTS }, mounts: [], healthyTimeoutSeconds: 300 },
    Volume: {
        name: expect.stringMatching(/^thing_[0-9a-f]{8}$/) as string,
        sizeGb: 3,
        encrypted: true,
        snapshotRetentionDays: 5,
        autoBackup: true,
    },
    Secrets: {},
    IpAddress: {},
    Certificate: {},
    PostgresDatabase: {},
};

describe("a check", () => {
    it.each(Object.keys(LEAST) as FlyResource[])(
        "fills in the defaults of %s, and finds nothing",
        async (name) => {
            const { inputs, failures: found } = await check(name, {});
            expect(found).toEqual([]);
            expect(inputs).toEqual({ ...LEAST[name], ...DEFAULTS[name] });
            // What comes back goes in again with the next run.
            expect(await provider.check(tokenOf(name), inputs, inputs)).toEqual({ inputs, failures: [] });
        },
    );

    it("knows all resources of the package", () => {
        expect(flyPackage.resources.map(({ token }) => token).sort()).toEqual(
            Object.keys(LEAST).map(tokenOf).sort(),
        );
        expect(definition.kinds.map(({ token }) => token)).toEqual(
            flyPackage.resources.map(({ token }) => token),
        );
    });

    it("fills in defaults of what stands in lists and maps", async () => {
        const config = {
            image: "shop:1",
            services: [
                { internalPort: 80, ports: [{ port: 443 }], checks: [{ path: "/" }], concurrency: {} },
            ],
            checks: { live: { type: "tcp", port: 81 } },
        };
        const times = { intervalSeconds: 15, timeoutSeconds: 5, gracePeriodSeconds: 5 };
        expect((await check("MachineGroup", { config })).inputs.config).toEqual({
            ...CONFIG_DEFAULTS,
            image: "shop:1",
            services: [
                {
                    internalPort: 80,
                    protocol: "tcp",
                    autostop: "off",
                    autostart: true,
                    minMachinesRunning: 0,
                    ports: [{ port: 443, handlers: [], forceHttps: false }],
                    checks: [{ type: "http", path: "/", ...times }],
                    concurrency: { type: "requests" },
                },
            ],
            checks: { live: { type: "tcp", port: 81, ...times } },
        });
    });

    it("gives a volume a name of its own, the same each time, another one for another volume", async () => {
        const name = async (more: Values) => (await check("Volume", more)).inputs.name;
        expect(await name({})).toBe(await name({ sizeGb: 9 }));
        const names: Values[] = [
            {},
            { region: "fra" },
            { app: "blog" },
            { encrypted: false },
            { snapshotId: "vs_1" },
        ];
        expect(new Set(await Promise.all(names.map(name))).size).toBe(names.length);
        expect(await name({ app: UNKNOWN })).toBe(UNKNOWN);
        expect(await name({ name: "data" })).toBe("data");
    });

    it("keeps secrets in their envelopes", async () => {
        expect((await check("Secrets", {})).inputs.values).toEqual(secret({ KEY: "hush" }));
        expect((await check("PostgresDatabase", {})).inputs.password).toEqual(secret("hush"));
    });
});

describe("a check of what is wrong", () => {
    it("tells all that is missing at once", async () => {
        const missing = async (name: FlyResource) => (await provider.check(tokenOf(name), {})).failures;
        expect(await missing("MachineGroup")).toEqual([
            "app: is missing",
            "config: is missing",
            "regions: is missing",
        ]);
        expect(await missing("Machine")).toEqual([
            "app: is missing",
            "region: is missing",
            "config: is missing",
        ]);
        expect(await missing("Volume")).toEqual(["app: is missing", "region: is missing"]);
        expect(await missing("Secrets")).toEqual(["app: is missing", "values: is missing"]);
        expect(await missing("IpAddress")).toEqual(["app: is missing", "type: is missing"]);
        expect(await missing("Certificate")).toEqual(["app: is missing", "hostname: is missing"]);
        expect(await missing("PostgresDatabase")).toEqual([
            "app: is missing",
            "database: is missing",
            "user: is missing",
            "password: is missing",
        ]);
    });

    it("tells all that is wrong with a group at once, each with its path", async () => {
        expect(
            await failures("MachineGroup", {
                config: {
                    guest: { cpuKind: "huge", cpus: 0, memory: 512 },
                    services: [
                        { internalPort: 70000, protocol: "icmp", ports: [{ port: 0 }], autostop: true },
                    ],
                    checks: { live: { intervalSeconds: 1 } },
                    restart: { policy: "sometimes" },
                    stop: { timeoutSeconds: 301, signal: "SIGSTOP" },
                    files: [{ path: "/etc/key" }],
                },
                strategy: "canary",
                batchSize: 0,
                drainSeconds: -1,
            }),
        ).toEqual([
            "config.image: is missing",
            'config.guest.cpuKind: "huge" is unknown: one of shared, performance',
            "config.guest.cpus: 0 is not allowed: a whole number of at least 1",
            "config.guest.memory: is unknown: one of cpuKind, cpus, memoryMb",
            "config.services[0].internalPort: 70000 is not allowed: a whole number from 1 to 65535",
            'config.services[0].protocol: "icmp" is unknown: one of tcp, udp',
            "config.services[0].ports[0].port: 0 is not allowed: a whole number from 1 to 65535",
            "config.services[0].autostop: is boolean, not string",
            "config.checks.live.intervalSeconds: 1 is not allowed: a whole number of at least 2",
            "config.files[0].secret: is missing",
            'config.restart.policy: "sometimes" is unknown: one of no, on-failure, always',
            'config.stop.signal: "SIGSTOP" is unknown: one of SIGINT, SIGTERM, SIGQUIT, SIGUSR1, SIGUSR2, SIGHUP, SIGKILL',
            "config.stop.timeoutSeconds: 301 is not allowed: a whole number from 1 to 300",
            'strategy: "canary" is unknown: one of bluegreen, rolling',
            "batchSize: 0 is not allowed: a whole number of at least 1",
            "drainSeconds: -1 is not allowed: a whole number of at least 0",
        ]);
    });

    it("tells what only goes together wrongly, all at once as well", async () => {
        const config = {
            image: "shop:1",
            guest: { cpuKind: "performance", cpus: 2, memoryMb: 2048 },
            services: [{ internalPort: 80, checks: [{ type: "http" }] }],
            checks: { live: { path: "/" }, deep: { type: "tcp" } },
            command: [],
            metadata: { fly_team: "a" },
        };
        const REGIONS =
            "ams, arn, bom, cdg, dfw, ewr, fra, gru, iad, jnb, lax, lhr, nrt, ord, sin, sjc, syd, yyz";
        expect(await failures("MachineGroup", { config, regions: { xyz: 1, fra: 0, iad: 1.5 } })).toEqual([
            "regions.fra: 0 is not allowed: a whole number of at least 1",
            "regions.iad: 1.5 is not allowed: a whole number of at least 1",
            `regions.xyz: is unknown: one of ${REGIONS}`,
            "config.guest.memoryMb: 2048 is not to be had with 2 performance CPUs: from 4096 to 16384 in steps of 256",
            "config.checks.deep.port: is missing",
            "config.checks.live.port: is missing",
            "config.services[0].checks[0].path: is missing: an HTTP check asks a path",
            "config.command: is empty: left out, it is the image's own",
            "config.metadata.fly_team: is taken: labels that start with berth_ and fly_ are the provider's and Fly's own",
        ]);
        expect(await failures("MachineGroup", { regions: {} })).toEqual([
            "regions: is empty: machines run in at least one region",
        ]);
    });

    it.each<[Values, string | undefined]>([
        [{ cpus: 1, memoryMb: 256 }, undefined],
        [{ cpus: 1, memoryMb: 2048 }, undefined],
        [{ cpus: 8, memoryMb: 16384 }, undefined],
        [{ cpuKind: "performance", cpus: 16, memoryMb: 131072 }, undefined],
        [{ cpuKind: "performance", cpus: 1, memoryMb: 2048 }, undefined],
        [{ cpus: 3 }, "cpus: 3 is not to be had: shared machines have 1, 2, 4, 6, 8"],
        [{ cpus: 16 }, "cpus: 16 is not to be had: shared machines have 1, 2, 4, 6, 8"],
        [
            { cpuKind: "performance", cpus: 5, memoryMb: 16384 },
            "cpus: 5 is not to be had: performance machines have 1, 2, 4, 6, 8, 10, 12, 14, 16",
        ],
        [{ cpus: 2 }, "memoryMb: 256 is not to be had with 2 shared CPUs: from 512 to 4096 in steps of 256"],
        [
            { memoryMb: 300 },
            "memoryMb: 300 is not to be had with 1 shared CPUs: from 256 to 2048 in steps of 256",
        ],
        [
            { memoryMb: 4096 },
            "memoryMb: 4096 is not to be had with 1 shared CPUs: from 256 to 2048 in steps of 256",
        ],
    ])("of a machine's size %j: %s", async (guest, message) => {
        const config = { image: "shop:1", guest };
        const expected = message === undefined ? [] : [`config.guest.${message}`];
        expect(await failures("Machine", { config })).toEqual(expected);
        expect(await failures("MachineGroup", { config })).toEqual(expected);
    });

    it.each<[FlyResource, Values, string]>([
        ["App", { name: "Shop_1" }, 'name: "Shop_1" is no name of an app: '],
        ["App", { name: "-shop" }, 'name: "-shop" is no name of an app: '],
        ["App", { name: "s".repeat(64) }, `name: "${"s".repeat(64)}" is no name of an app: `],
        ["App", { org: "a" }, "org: is unknown: one of name, organization, network"],
        ["Machine", { region: "atlantis" }, 'region: "atlantis" is unknown: one of ams, '],
        ["Machine", { mounts: [{ volume: "vol_1" }] }, "mounts[0].path: is missing"],
        ["Volume", { region: "IAD" }, 'region: "IAD" is unknown: one of ams, '],
        ["Volume", { name: "my-data" }, 'name: "my-data" is not at most 30 lower-case letters'],
        ["Volume", { sizeGb: 501 }, "sizeGb: 501 is not allowed: a whole number from 1 to 500"],
        ["Volume", { snapshotRetentionDays: 61 }, "snapshotRetentionDays: 61 is not allowed: "],
        ["Secrets", { values: { "MY-KEY": "hush" } }, "values.MY-KEY: is no name of an environment variable"],
        ["Secrets", { values: { KEY: 1 } }, "values.KEY: is number, not string"],
        ["IpAddress", { type: "v5" }, 'type: "v5" is unknown: one of v4, v6, shared_v4, private_v6'],
        ["Certificate", { hostname: "not a host" }, "hostname: "],
        ["PostgresDatabase", { database: 'x"; DROP' }, "database: "],
        ["PostgresDatabase", { user: "postgres" }, 'user: "postgres" is the server\'s own'],
    ])("of %s with %j: %s", async (name, more, message) => {
        expect(await failures(name, more)).toEqual([expect.stringContaining(message)]);
    });

    it("never shows a secret", async () => {
        const found = [
            ...(await failures("Secrets", { values: secret({ A: ["hush"], "B-C": "hush" }) })),
            ...(await failures("PostgresDatabase", { password: secret(["hush"]) })),
            ...(await provider.checkConfig({ token: secret(["hush"]) })).failures,
        ];
        expect(found.length).toBe(3);
        expect(found.join()).not.toContain("hush");
    });

    it("lets wildcards have a certificate", async () => {
        expect(await failures("Certificate", { hostname: "*.example.org" })).toEqual([]);
    });

    it("lets a volume grow only", async () => {
        const olds = (await check("Volume", { sizeGb: 10 })).inputs;
        expect((await check("Volume", { sizeGb: 11 }, olds)).failures).toEqual([]);
        expect((await check("Volume", { sizeGb: 9 }, olds)).failures).toEqual([
            "sizeGb: is 9: a volume of 10 GB does not shrink",
        ]);
        expect((await check("Volume", { sizeGb: 9, region: "fra" }, olds)).failures).toEqual([]);
    });

    it("waits with what is not known yet", async () => {
        for (const name of Object.keys(LEAST) as FlyResource[]) {
            const { inputs } = await check(name, {});
            const unknown = Object.fromEntries(Object.keys(inputs).map((each) => [each, UNKNOWN]));
            expect(await provider.check(tokenOf(name), unknown)).toEqual({ inputs: unknown, failures: [] });
        }
        const config = { image: UNKNOWN, guest: { cpus: UNKNOWN, memoryMb: 256 }, env: { URL: UNKNOWN } };
        expect(await failures("MachineGroup", { config, regions: { iad: UNKNOWN } })).toEqual([]);
    });
});

describe("the provider's settings", () => {
    it("may all be left out, and may be unknown", async () => {
        for (const config of [{}, { token: UNKNOWN, baseUrl: UNKNOWN, version: "1.0.0" }] as Values[]) {
            expect((await provider.checkConfig(config)).failures).toEqual([]);
        }
    });

    it("are told apart from others, and an address has no path", async () => {
        expect(
            (await provider.checkConfig({ tokn: "a", baseUrl: "https://api.machines.dev/v1" })).failures,
        ).toEqual([
            'baseUrl: "https://api.machines.dev/v1" is not an HTTP URL without a path',
            "tokn: is unknown: one of token, baseUrl, version",
        ]);
    });
});

describe("the package", () => {
    it("is handed out in Pulumi's form", async () => {
        expect(await provider.schema()).toEqual(JSON.parse(JSON.stringify(pulumiSchema(flyPackage))));
    });
});
