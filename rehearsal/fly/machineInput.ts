import { ApiError, failure } from "./apiError";
import { checkRegion, guestSize } from "./catalog";
import { checksOf } from "./checks";
import { milliseconds } from "./duration";
import { Simulation } from "./simulation";
import { App, Machine, Volume, volumesOf } from "./state";
import { LaunchInput, MachineConfig, WireDuration } from "./wire";

/** What create and update were asked for, with the config that every machine has. */
export type CheckedInput = LaunchInput & { readonly config: MachineConfig & { readonly image: string } };

/** Refuses a config that the platform would refuse, and says so of what only the simulation can't do. */
export function checkInput(body: Readonly<Record<string, unknown>>): CheckedInput {
    // Clients send all fields, empty where there is nothing to say.
    const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== "")) as LaunchInput;
    const { config, region } = given;
    if (config?.image === undefined || config.image === "") {
        throw failure("invalid_argument", "config.image is required");
    }
    if (region !== undefined) {
        checkRegion(region);
    }
    if ((config.containers ?? []).length > 0 || (config.processes ?? []).length > 1) {
        throw new ApiError(
            422,
            "the simulated platform runs one process in a machine, and no config.containers",
        );
    }
    guestSize(config);
    checkServices(config);
    checkDurations(config);
    checkRestart(config);
    checkFiles(config);
    return { ...given, config: { ...config, image: config.image } };
}

function checkServices({ services = [] }: MachineConfig): void {
    for (const { internal_port: port, protocol } of services) {
        if (port === undefined || port < 1 || port > 65_535) {
            throw failure("invalid_argument", "config.services: internal_port must be between 1 and 65535");
        }
        if (protocol !== "tcp" && protocol !== "udp") {
            throw failure("invalid_argument", "config.services: protocol must be tcp or udp");
        }
    }
}

function checkDurations(config: MachineConfig): void {
    const checks = checksOf(config);
    const durations: [string, WireDuration | undefined][] = [
        ["stop_config.timeout", config.stop_config?.timeout],
        ...checks.flatMap(({ name, check }): [string, WireDuration | undefined][] => [
            [`${name}.interval`, check.interval],
            [`${name}.timeout`, check.timeout],
            [`${name}.grace_period`, check.grace_period],
        ]),
    ];
    for (const [name, duration] of durations) {
        if (duration !== undefined && milliseconds(duration) === undefined) {
            throw failure("invalid_argument", `config: ${name}: invalid duration "${duration}"`);
        }
    }
    for (const { name, check } of checks) {
        if (check.type !== "http" && check.type !== "tcp") {
            throw failure("invalid_argument", `config.checks: ${name}: type must be http or tcp`);
        }
        if (check.port === undefined) {
            throw failure("invalid_argument", `config.checks: ${name}: port is required`);
        }
    }
}

function checkRestart({ restart, auto_destroy, services = [] }: MachineConfig): void {
    const policy: string | undefined = restart?.policy;
    if (policy !== undefined && !["no", "on-failure", "always"].includes(policy)) {
        throw failure("invalid_argument", `config.restart.policy: unknown policy '${policy}'`);
    }
    if (policy === "always" && auto_destroy === true && services.length === 0) {
        throw failure(
            "invalid_argument",
            "config: auto_destroy and restart policy always exclude each other",
        );
    }
}

function checkFiles({ files = [] }: MachineConfig): void {
    for (const { guest_path: path, raw_value, secret_name } of files) {
        if (!path.startsWith("/") || (raw_value === undefined) === (secret_name === undefined)) {
            throw failure(
                "invalid_argument",
                `config.files: ${path}: an absolute guest_path and one of raw_value and secret_name are needed`,
            );
        }
    }
}

/** The volume that a config mounts, by its id, or by its name if there is one of that name that nobody has. */
export function mountedVolume(
    { world }: Simulation,
    app: App,
    { mounts = [] }: MachineConfig,
    region: string,
    machine?: Machine,
): Volume | undefined {
    const [mount] = mounts;
    if (mount === undefined) {
        return undefined;
    }
    if (mounts.length > 1) {
        throw failure("invalid_argument", "config.mounts: a machine can have one volume");
    }
    if (mount.path?.startsWith("/") !== true) {
        throw failure("invalid_argument", "config.mounts: path must be absolute");
    }
    const ofApp = volumesOf(world, app.name);
    const isFree = ({ machine: holder }: Volume) => holder === undefined || holder === machine?.id;
    const volume =
        ofApp.find(({ id }) => id === mount.volume) ??
        ofApp.find((each) => each.name === mount.name && each.region === region && isFree(each));
    if (volume === undefined) {
        throw failure("not_found", `volume ${mount.volume ?? mount.name ?? ""} not found`);
    }
    if (volume.region !== region) {
        throw failure(
            "invalid_argument",
            `volume ${volume.id} is in ${volume.region}, the machine in ${region}`,
        );
    }
    if (!isFree(volume)) {
        throw failure("failed_precondition", `volume ${volume.id} is already attached to ${volume.machine}`);
    }
    if (volume.state !== "created") {
        throw failure("failed_precondition", `volume ${volume.id} is ${volume.state}`);
    }
    return volume;
}
