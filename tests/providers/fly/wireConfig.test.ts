import fc from "fast-check";
import { WireCheck, WireConfig, WireService } from "../../../providers/fly/client/types";
import { checkConfig, MachineConfig } from "../../../providers/fly/machineConfig";
import { configFields } from "../../../providers/fly/machineFields";
import { fromWire, mountsFromWire, toWire } from "../../../providers/fly/wireConfig";
import { checkFields } from "../../../providers/schema/check";
import { withDefaults } from "../../../providers/schema/defaults";
import { valuesFor } from "../../support/fieldValues";

/** Configs as they pass the check, all defaults filled in. */
const configs = valuesFor(configFields)
    .map((given) => withDefaults(configFields, given) as unknown as MachineConfig)
    // The one rule across fields that random values hardly ever keep is that of sizes, which the wire knows nothing of.
    .map((config) => ({
        ...config,
        guest: { ...config.guest, cpuKind: "shared" as const, cpus: 1, memoryMb: 256 },
    }))
    .filter((config) => checkConfig("config", config).length === 0);

const overTheWire = (wire: WireConfig): WireConfig => JSON.parse(JSON.stringify(wire)) as WireConfig;

/** The same config as the API may tell it: each service, and each check wherever it stands, by other words. */
function retold(
    wire: WireConfig,
    service: (each: WireService) => WireService,
    check: (each: WireCheck) => WireCheck,
): WireConfig {
    return {
        ...wire,
        services: wire.services?.map((each) => service({ ...each, checks: each.checks?.map(check) })),
        checks: Object.fromEntries(
            Object.entries(wire.checks ?? {}).map(([name, each]) => [name, check(each)]),
        ),
    };
}

const same = <Each>(each: Each): Each => each;
const nanoseconds = (duration: string | number | undefined) => Number.parseInt(String(duration), 10) * 1e9;

const RETOLD: Readonly<Record<string, (wire: WireConfig) => WireConfig>> = {
    "as they went": same,
    "as JSON": overTheWire,
    "with durations in nanoseconds": (wire) => ({
        ...retold(wire, same, (each) => ({
            ...each,
            interval: nanoseconds(each.interval),
            timeout: nanoseconds(each.timeout),
            grace_period: nanoseconds(each.grace_period),
        })),
        stop_config: { ...wire.stop_config, timeout: nanoseconds(wire.stop_config?.timeout) },
    }),
    "with autostop in words": (wire) =>
        retold(
            wire,
            (each) => ({
                ...each,
                autostop: each.autostop === true ? "stop" : each.autostop === false ? "off" : each.autostop,
            }),
            same,
        ),
    "with Fly's and the provider's own labels": (wire) => ({
        ...wire,
        metadata: {
            ...wire.metadata,
            berth_group: "app",
            fly_process_group: "app",
            fly_platform_version: "v2",
        },
    }),
    "without what is empty, zero or no": (wire) =>
        retold(
            { ...(withoutEmpty(overTheWire(wire)) as WireConfig) },
            (each) => ({
                ...each,
                ...(each.min_machines_running === 0 && { min_machines_running: undefined }),
            }),
            same,
        ),
    "with fields that this provider knows nothing of": (wire) => ({
        ...wire,
        ...{ dns: {}, auto_destroy: false, size: "shared-cpu-1x" },
        guest: { ...wire.guest, ...{ kernel_args: [], persist_rootfs: "never" } },
    }),
};

/** Empty lists and maps, and `false`, are what Go's JSON leaves out. */
function withoutEmpty(value: unknown, depth = 0): unknown {
    if (Array.isArray(value)) {
        return value.map((each) => withoutEmpty(each, depth + 1));
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    const kept = Object.entries<unknown>(value as Record<string, unknown>)
        // Labels and variables are the user's own, and may be empty.
        .map(
            ([name, each]) =>
                [
                    name,
                    ["env", "metadata"].includes(name) && depth === 0 ? each : withoutEmpty(each, depth + 1),
                ] as const,
        )
        .filter(([name, each]) => each !== false || name === "autostop")
        .filter(([, each]) => typeof each !== "object" || each === null || Object.keys(each).length > 0);
    return Object.fromEntries(kept);
}

describe("a machine's config on the wire", () => {
    it.each(Object.entries(RETOLD))("comes back as it went, told %s", (_, tell) => {
        fc.assert(
            fc.property(configs, (config) => {
                expect(fromWire(tell(toWire(config)))).toEqual(config);
            }),
            { numRuns: 60 },
        );
    });

    it("comes back right, all defaults filled in, whatever the API leaves out", () => {
        const wires: fc.Arbitrary<WireConfig> = fc.record(
            {
                image: fc.string(),
                guest: fc.record({ cpus: fc.constant(2), memory_mb: fc.constant(512) }, { requiredKeys: [] }),
                services: fc.array(
                    fc.record(
                        { internal_port: fc.constant(80), autostop: fc.constantFrom(true, false, "suspend") },
                        { requiredKeys: ["internal_port"] },
                    ),
                ),
                checks: fc.constant({ up: { type: "tcp", port: 80, interval: "1m30s", timeout: "1500ms" } }),
                stop_config: fc.constantFrom({}, { timeout: "2m2s" }, { signal: "SIGTERM" }),
                restart: fc.constantFrom({}, { policy: "no" }, { policy: "on-failure", max_retries: 3 }),
                init: fc.constantFrom({}, { cmd: [] }, { cmd: ["a"], entrypoint: [] }),
            },
            { requiredKeys: ["image"] },
        );
        fc.assert(
            fc.property(wires, (wire) => {
                const config = fromWire(wire);
                // A config in fractions of seconds is another program's: it is shown as it is.
                const problems = checkFields(configFields, { ...config }).map(({ path }) => path);
                expect(problems.filter((path) => path !== "checks.up.timeoutSeconds")).toEqual([]);
                expect(withDefaults(configFields, { ...config })).toEqual(config);
            }),
        );
    });

    it.each([
        ["15s", 15],
        ["1m30s", 90],
        ["1h0m2s", 3602],
        ["1.5s", 1.5],
        ["1500ms", 1.5],
        ["2000000us", 2],
        ["2000000µs", 2],
        ["0s", 0],
        [15_000_000_000, 15],
        [0, 0],
    ])("reads the duration %s as %d seconds", (interval, seconds) => {
        const { checks } = fromWire({ image: "a", checks: { up: { interval } } });
        expect(checks.up?.intervalSeconds).toBeCloseTo(seconds, 9);
    });

    it("tells how a machine stops that nobody told how", () => {
        expect(fromWire({ image: "a" }).stop).toEqual({ signal: "SIGINT", timeoutSeconds: 5 });
    });

    it("is what Fly's documentation shows", () => {
        const config = withDefaults(configFields, {
            image: "registry.fly.io/shop:1",
            env: { PORT: "8080" },
            command: ["serve"],
            services: [
                {
                    internalPort: 8080,
                    autostop: "stop",
                    minMachinesRunning: 1,
                    ports: [
                        { port: 443, handlers: ["tls", "http"] },
                        { port: 80, handlers: ["http"], forceHttps: true },
                    ],
                    checks: [{ path: "/health", method: "GET" }],
                    concurrency: { softLimit: 20, hardLimit: 25 },
                },
            ],
            checks: { live: { type: "tcp", port: 9090 } },
            files: [{ path: "/etc/key", secret: "KEY" }],
            metadata: { team: "shop" },
        }) as unknown as MachineConfig;
        const times = { interval: "15s", timeout: "5s", grace_period: "5s" };
        expect(overTheWire(toWire(config, { berth_group: "app" }))).toEqual({
            image: "registry.fly.io/shop:1",
            env: { PORT: "8080" },
            init: { cmd: ["serve"] },
            guest: { cpu_kind: "shared", cpus: 1, memory_mb: 256 },
            services: [
                {
                    protocol: "tcp",
                    internal_port: 8080,
                    autostop: true,
                    autostart: true,
                    min_machines_running: 1,
                    ports: [
                        { port: 443, handlers: ["tls", "http"], force_https: false },
                        { port: 80, handlers: ["http"], force_https: true },
                    ],
                    checks: [{ type: "http", path: "/health", method: "GET", ...times }],
                    concurrency: { type: "requests", soft_limit: 20, hard_limit: 25 },
                },
            ],
            checks: { live: { type: "tcp", port: 9090, ...times } },
            files: [{ guest_path: "/etc/key", secret_name: "KEY" }],
            restart: { policy: "on-failure" },
            stop_config: { signal: "SIGTERM", timeout: "10s" },
            metadata: { team: "shop", berth_group: "app" },
        });
    });

    it("never tells of labels that are the provider's or Fly's own", () => {
        const labels = fc.dictionary(
            fc.oneof(
                fc.string(),
                fc.string().map((rest) => `berth_${rest}`),
                fc.string().map((rest) => `fly_${rest}`),
            ),
            fc.string(),
        );
        fc.assert(
            fc.property(labels, (metadata) => {
                const told = Object.keys(fromWire({ image: "a", metadata }).metadata);
                expect(told.filter((name) => name.startsWith("berth_") || name.startsWith("fly_"))).toEqual(
                    [],
                );
                expect(told).toEqual(Object.keys(metadata).filter((name) => !/^(berth|fly)_/.test(name)));
            }),
        );
    });

    it("has the volumes of a machine", () => {
        expect(mountsFromWire({ mounts: [{ volume: "vol_1", path: "/data" }, {}] })).toEqual([
            { volume: "vol_1", path: "/data" },
            { volume: "", path: "" },
        ]);
        expect(mountsFromWire({})).toEqual([]);
    });
});

describe("a config that would not come back", () => {
    const check = (given: object) =>
        checkConfig(
            "config",
            withDefaults(configFields, { image: "a", ...given }) as unknown as MachineConfig,
        );

    it("is refused: the provider's and Fly's own labels, and lists of no words", () => {
        expect(
            check({
                metadata: { fly_process_group: "a", berth_group: "b", team: "c" },
                command: [],
                entrypoint: [],
            }),
        ).toEqual([
            { path: "config.command", message: "is empty: left out, it is the image's own" },
            { path: "config.entrypoint", message: "is empty: left out, it is the image's own" },
            {
                path: "config.metadata.fly_process_group",
                message: "is taken: labels that start with berth_ and fly_ are the provider's and Fly's own",
            },
            {
                path: "config.metadata.berth_group",
                message: "is taken: labels that start with berth_ and fly_ are the provider's and Fly's own",
            },
        ]);
    });
});
