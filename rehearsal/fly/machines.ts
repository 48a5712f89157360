import { failure } from "./apiError";
import { NEAREST } from "./catalog";
import { untriedChecks } from "./checks";
import { recordEvent } from "./events";
import { machineId, machineName, ulid } from "./ids";
import { checkLease, take } from "./leases";
import { CheckedInput, checkInput, mountedVolume } from "./machineInput";
import { machineWire } from "./machineWire";
import { freeAddress } from "./networks";
import { Route } from "./routes";
import { Answer, appOf, Call, checkQuota, liveMachineOf, machineOf, ok, Simulation } from "./simulation";
import { App, isAlive, Machine, machinesOf } from "./state";
import { LIMITS } from "./rateLimits";

/** Machines as records: what is in them. What is done with them is in `machineActions.ts`. */
export const machineRoutes: readonly Route[] = [
    { method: "GET", path: "/apps/:app/machines", action: "machine_list", handle: list },
    { method: "POST", path: "/apps/:app/machines", action: "machine_create", handle: create },
    {
        method: "GET",
        path: "/apps/:app/machines/:machine",
        action: "machine_get",
        limit: LIMITS.getMachine,
        handle: (call) => ok(machineWire(machineOf(call))),
    },
    { method: "POST", path: "/apps/:app/machines/:machine", action: "machine_update", handle: update },
    {
        method: "GET",
        path: "/apps/:app/machines/:machine/events",
        action: "machine_events",
        handle: (call) => ok(machineOf(call).events),
    },
];

const METADATA = "metadata.";

function list(call: Call): Answer {
    const { sim, query } = call;
    const app = appOf(call);
    const wanted = [...query].filter(([key]) => key.startsWith(METADATA));
    const region = query.get("region");
    const machines = machinesOf(sim.world, app.name)
        .filter(({ state }) => state !== "destroyed" || query.get("include_deleted") === "true")
        .filter((machine) => region === null || machine.region === region)
        .filter(({ config }) =>
            wanted.every(([key, value]) => config.metadata?.[key.slice(METADATA.length)] === value),
        );
    return ok(machines.map(machineWire));
}

async function create(call: Call): Promise<Answer> {
    const { sim, body } = call;
    const app = appOf(call);
    const input = checkInput(body);
    const region = input.region ?? NEAREST;
    checkQuota(sim, app, "machines");
    const secretsVersion = secretsVersionOf(app, input);
    const image = await sim.images.resolve(input.config.image);
    const bridge = await sim.networks.bridge(`${app.organization}-${app.network}`);
    // Nothing is waited for from here until the machine is in the world: two at once would get one name and address.
    const volume = mountedVolume(sim, app, input.config, region);
    const name = input.name ?? machineName();
    checkName(sim, app, name);
    const now = new Date().toISOString();
    const machine: Machine = {
        id: machineId(),
        app: app.name,
        name,
        region,
        network: bridge.name,
        address: freeAddress(bridge, addressesOn(sim, bridge.name)),
        createdAt: now,
        updatedAt: now,
        state: "created",
        instanceId: ulid(),
        replaced: [],
        config: withVolume(input, volume?.id),
        ...image,
        secretsVersion,
        cordoned: input.skip_service_registration ?? false,
        events: [],
        checks: untriedChecks(input.config, "warning", "the machine hasn't started"),
        restartsMs: [],
    };
    recordEvent(machine, "launch", "created", "user");
    sim.world.machines[machine.id] = machine;
    if (volume !== undefined) {
        volume.machine = machine.id;
    }
    if ((input.lease_ttl ?? 0) > 0) {
        take(machine, input.lease_ttl ?? 0);
    }
    const answer = ok(machineWire(machine));
    if (input.skip_launch !== true) {
        sim.background(sim.lifecycle.start(machine, "flyd"));
    }
    return answer;
}

/** Replaces the config as a whole: the machine stays, with its id, name, region, volume and address. */
async function update(call: Call): Promise<Answer> {
    const { sim, body } = call;
    const machine = liveMachineOf(call);
    const app = appOf(call);
    const input = checkInput(body);
    const check = (): void => {
        checkLease(call, machine);
        if (!isAlive(machine)) {
            throw failure("failed_precondition", `machine is ${machine.state}`);
        }
        if (input.current_version !== undefined && input.current_version !== machine.instanceId) {
            throw failure("aborted", `current_version is not ${machine.instanceId}, the machine's`);
        }
    };
    check();
    if (
        (input.name ?? machine.name) !== machine.name ||
        (input.region ?? machine.region) !== machine.region
    ) {
        throw failure("invalid_argument", "name and region of a machine can't be changed");
    }
    const secretsVersion = secretsVersionOf(app, input);
    const { engineImage, imageRef } = await sim.images.resolve(input.config.image);
    // Somebody may have been quicker while the image was looked up.
    check();
    const volume = mountedVolume(sim, app, input.config, machine.region, machine);
    const current = Object.values(sim.world.volumes).find((each) => each.machine === machine.id);
    if (volume !== current) {
        throw failure("invalid_argument", "config.mounts: a machine can't change its volume");
    }
    const change = (): void => {
        machine.replaced.push(machine.instanceId);
        machine.instanceId = ulid();
        Object.assign(machine, { engineImage, imageRef, secretsVersion });
        machine.config = withVolume(input, volume?.id);
        machine.cordoned = input.skip_service_registration ?? machine.cordoned;
        if ((input.lease_ttl ?? 0) > 0) {
            take(machine, input.lease_ttl ?? 0, machine.lease);
        }
    };
    sim.background(sim.lifecycle.replace(machine, change, input.skip_launch !== true));
    return ok(machineWire(machine));
}

/** A mount by name becomes one by id, as the API gives it back. */
function withVolume({ config }: CheckedInput, volume: string | undefined): CheckedInput["config"] {
    const { mounts } = config;
    return volume === undefined
        ? config
        : { ...config, mounts: mounts?.map((mount) => ({ ...mount, volume })) };
}

/** The secrets that a machine gets: those of now. Updating it is how it gets newer ones. */
function secretsVersionOf(
    { secrets }: App,
    { skip_secrets, min_secrets_version: min = 0 }: CheckedInput,
): number {
    if (min > secrets.version) {
        throw failure("failed_precondition", `secrets are at version ${secrets.version}, not yet at ${min}`);
    }
    return skip_secrets === true ? 0 : secrets.version;
}

function checkName({ world }: Simulation, app: App, name: string): void {
    const other = machinesOf(world, app.name).find((machine) => isAlive(machine) && machine.name === name);
    if (other !== undefined) {
        throw failure(
            "already_exists",
            `unique machine name violation, machine ID ${other.id} already exists with name "${name}"`,
        );
    }
}

function addressesOn({ world }: Simulation, network: string): Set<string> {
    const there = Object.values(world.machines).filter(
        (machine) => machine.network === network && machine.state !== "destroyed",
    );
    return new Set(there.map(({ address }) => address));
}
