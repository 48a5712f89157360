import { Properties } from "../server/properties";
import { withDefaults } from "../schema/defaults";
import { WireCheck, WireConfig, WireDuration, WireMachine, WireService } from "./client/types";
import { Check, isReserved, MachineConfig, Mount, Service } from "./machineConfig";
import { configFields } from "./machineFields";

/** A config as the API takes it. */
export function toWire(config: MachineConfig, metadata: Readonly<Record<string, string>> = {}): WireConfig {
    const { image, env, command, entrypoint, guest, services, checks, files, restart, stop } = config;
    return {
        image,
        env,
        init: { ...(command && { cmd: command }), ...(entrypoint && { entrypoint }) },
        guest: { cpu_kind: guest.cpuKind, cpus: guest.cpus, memory_mb: guest.memoryMb },
        services: services.map(serviceToWire),
        checks: Object.fromEntries(Object.entries(checks).map(([name, check]) => [name, checkToWire(check)])),
        files: files.map(({ path, secret }) => ({ guest_path: path, secret_name: secret })),
        restart: {
            policy: restart.policy,
            ...(restart.maxRetries !== undefined && { max_retries: restart.maxRetries }),
        },
        stop_config: { signal: stop.signal, timeout: `${stop.timeoutSeconds}s` },
        metadata: { ...config.metadata, ...metadata },
    };
}

/** What the API says of a config, as a program would have written it; labels of the provider's and of Fly's left out. */
export function fromWire(wire: WireConfig): MachineConfig {
    const { init = {}, guest = {}, restart = {}, stop_config: stop = {} } = wire;
    const config = {
        image: wire.image ?? "",
        env: wire.env ?? {},
        command: listOf(init.cmd),
        entrypoint: listOf(init.entrypoint),
        guest: { cpuKind: guest.cpu_kind, cpus: guest.cpus, memoryMb: guest.memory_mb },
        services: (wire.services ?? []).map(serviceFromWire),
        checks: Object.fromEntries(
            Object.entries(wire.checks ?? {}).map(([name, check]) => [name, checkFromWire(check)]),
        ),
        files: (wire.files ?? []).map(({ guest_path: path = "", secret_name: secret = "" }) => ({
            path,
            secret,
        })),
        restart: { policy: restart.policy, maxRetries: restart.max_retries },
        stop: {
            signal: stop.signal ?? FLYS_OWN.signal,
            timeoutSeconds: secondsOf(stop.timeout) ?? FLYS_OWN.timeoutSeconds,
        },
        metadata: ownMetadata(wire.metadata ?? {}),
    };
    return withoutUndefined(withDefaults(configFields, withoutUndefined(config))) as unknown as MachineConfig;
}

/** The volumes that the API says a machine has. */
export function mountsFromWire({ mounts = [] }: WireConfig): Mount[] {
    return mounts.map(({ volume = "", path = "" }) => ({ volume, path }));
}

/** Refuses to take over a config of which a part would be lost with the next update: what this provider has no input for. */
export function refuseLosses(wire: WireConfig): void {
    const lost = pathsOf("", wire).filter((path) => !pathsOf("", toWire(fromWire(wire))).includes(path));
    if (lost.length > 0) {
        throw new Error(
            `it has settings that this provider has no input for, and that the next update would take away: ${lost.join(", ")}\n` +
                "Remove them by `fly machine update`, or make the machines anew.",
        );
    }
}

/** Settings that say something, each by its place; labels apart. */
function pathsOf(prefix: string, value: unknown): string[] {
    if (typeof value !== "object" || value === null) {
        const isNothing = value === undefined || value === null || value === "";
        return isNothing || value === 0 || value === false ? [] : [prefix];
    }
    return Object.entries(value)
        .filter(([name]) => !(prefix === "" && (name === "metadata" || name === "size")))
        .flatMap(([name, each]) => pathsOf(prefix === "" ? name : `${prefix}.${name}`, each));
}

/** How a machine is stopped. */
export function stopOf({ config }: WireMachine): MachineConfig["stop"] {
    return fromWire(config ?? {}).stop;
}

/** How a machine is stopped that nobody told how. Source: Fly's documentation of machines. */
const FLYS_OWN = { signal: "SIGINT", timeoutSeconds: 5 };

function serviceToWire(service: Service): WireService {
    const { concurrency } = service;
    return {
        protocol: service.protocol,
        internal_port: service.internalPort,
        // The API has taken booleans longer than words, and answers with them.
        autostop: service.autostop === "suspend" ? "suspend" : service.autostop === "stop",
        autostart: service.autostart,
        min_machines_running: service.minMachinesRunning,
        ports: service.ports.map(({ port, handlers, forceHttps }) => ({
            port,
            handlers,
            force_https: forceHttps,
        })),
        checks: service.checks.map(checkToWire),
        ...(concurrency && {
            concurrency: {
                type: concurrency.type,
                soft_limit: concurrency.softLimit,
                hard_limit: concurrency.hardLimit,
            },
        }),
    };
}

function serviceFromWire(wire: WireService): Properties {
    const { concurrency } = wire;
    return {
        internalPort: wire.internal_port,
        protocol: wire.protocol,
        ports: (wire.ports ?? []).map(({ port, handlers, force_https: forceHttps }) => ({
            port,
            handlers,
            forceHttps,
        })),
        autostop: autostopOf(wire.autostop),
        autostart: wire.autostart ?? false,
        minMachinesRunning: wire.min_machines_running,
        checks: (wire.checks ?? []).map(checkFromWire),
        concurrency: concurrency && {
            type: concurrency.type,
            softLimit: concurrency.soft_limit,
            hardLimit: concurrency.hard_limit,
        },
    };
}

function autostopOf(value: string | boolean | undefined): string {
    return typeof value === "string" ? value : value === true ? "stop" : "off";
}

function checkToWire(check: Check): WireCheck {
    return {
        type: check.type,
        ...(check.port !== undefined && { port: check.port }),
        ...(check.method !== undefined && { method: check.method }),
        ...(check.path !== undefined && { path: check.path }),
        interval: `${check.intervalSeconds}s`,
        timeout: `${check.timeoutSeconds}s`,
        grace_period: `${check.gracePeriodSeconds}s`,
    };
}

function checkFromWire(wire: WireCheck): Properties {
    return {
        type: wire.type,
        port: wire.port,
        method: wire.method,
        path: wire.path,
        intervalSeconds: secondsOf(wire.interval),
        timeoutSeconds: secondsOf(wire.timeout),
        gracePeriodSeconds: secondsOf(wire.grace_period),
    };
}

const UNITS: Readonly<Record<string, number>> = {
    h: 3600,
    m: 60,
    s: 1,
    ms: 1e-3,
    us: 1e-6,
    µs: 1e-6,
    ns: 1e-9,
};

/** Seconds of a duration in Go's notation, `1m30s`, or in nanoseconds. */
function secondsOf(duration: WireDuration | undefined): number | undefined {
    if (typeof duration !== "string") {
        return duration === undefined ? undefined : duration / 1e9;
    }
    const parts = [...duration.matchAll(/([\d.]+)(h|ms|m|s|us|µs|ns)/g)];
    return parts.reduce((sum, [, count = "0", unit = "s"]) => sum + Number(count) * (UNITS[unit] ?? 0), 0);
}

function ownMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(Object.entries(metadata).filter(([name]) => !isReserved(name)));
}

function listOf(list: readonly string[] | undefined): readonly string[] | undefined {
    return list === undefined || list.length === 0 ? undefined : list;
}

/** JSON has no undefined: a field that is left out is not there. */
function withoutUndefined(value: object): Properties {
    return JSON.parse(JSON.stringify(value)) as Properties;
}
