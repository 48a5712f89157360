import { isActive } from "./certificates";
import { checksOf } from "./checks";
import { EdgeMachine, EdgeService, EdgeWorld } from "./edgeWorld";
import { Lifecycle } from "./lifecycle";
import { App, isAlive, Machine, machinesOf, WorldState } from "./state";
import { Service } from "./wire";

/** The platform as the edge sees it. */
export function edgeView(world: WorldState, lifecycle: Lifecycle): EdgeWorld {
    return {
        service: (host) => {
            const app = appAt(world, host.toLowerCase());
            return app === undefined ? undefined : serviceOf(world, app);
        },
        start: (machineId) => settle(world, lifecycle, machineId, "started"),
        stop: (machineId) => settle(world, lifecycle, machineId, "stopped"),
    };
}

const DOMAIN = ".fly.dev";

function appAt({ apps }: WorldState, host: string): App | undefined {
    const named = host.endsWith(DOMAIN) ? apps[host.slice(0, -DOMAIN.length)] : undefined;
    const app =
        named ??
        Object.values(apps).find(({ certificates }) =>
            certificates.some((each) => isActive(each) && covers(each.hostname, host)),
        );
    return app?.addresses.some((address) => address.public) === true ? app : undefined;
}

/** A certificate of `*.example.com` is for one more label. */
function covers(hostname: string, host: string): boolean {
    return hostname.startsWith("*.") ? host.replace(/^[^.]+/, "*") === hostname : hostname === host;
}

/** The service behind ports 80 and 443: that of the newest machine that has one. */
function serviceOf(world: WorldState, app: App): EdgeService | undefined {
    const all = machinesOf(world, app.name).filter(isAlive);
    const [newest] = all
        .flatMap((machine) => webServices(machine).map((service) => ({ machine, service })))
        .sort((one, other) => other.machine.updatedAt.localeCompare(one.machine.updatedAt));
    if (newest === undefined) {
        return undefined;
    }
    const { machine, service } = newest;
    const port = service.internal_port ?? 0;
    return {
        app: app.name,
        internalPort: port,
        forceHttps: (service.ports ?? []).some(({ force_https }) => force_https === true),
        autostart: service.autostart ?? false,
        autostop: autostopOf(service),
        minMachinesRunning: service.min_machines_running ?? 0,
        softLimit: service.concurrency?.soft_limit,
        hardLimit: service.concurrency?.hard_limit,
        primaryRegion: machine.config.env?.PRIMARY_REGION,
        machines: () =>
            machinesOf(world, app.name)
                .filter(isAlive)
                .filter((each) => webServices(each).some(({ internal_port }) => internal_port === port))
                .map(edgeMachine),
    };
}

function webServices({ config }: Machine): Service[] {
    return (config.services ?? []).filter(({ ports = [] }) =>
        ports.some(({ port, start_port = port ?? 0, end_port = port ?? 0 }) =>
            [80, 443].some((web) => start_port <= web && web <= end_port),
        ),
    );
}

function autostopOf({ autostop }: Service): EdgeService["autostop"] {
    if (typeof autostop === "boolean") {
        return autostop ? "stop" : "off";
    }
    return autostop ?? "off";
}

function edgeMachine(machine: Machine): EdgeMachine {
    const deciding = new Set(
        checksOf(machine.config).flatMap(({ name, routing }) => (routing ? [name] : [])),
    );
    return {
        id: machine.id,
        instanceId: machine.instanceId,
        region: machine.region,
        state: machine.state,
        cordoned: machine.cordoned,
        healthy: machine.checks.every(({ name, status }) => !deciding.has(name) || status === "passing"),
        address: machine.state === "started" ? machine.address : "",
    };
}

/** Brings a machine into a state, or waits until somebody else has. */
async function settle(
    world: WorldState,
    lifecycle: Lifecycle,
    id: string,
    wanted: "started" | "stopped",
): Promise<void> {
    const machine = world.machines[id];
    if (machine === undefined || !isAlive(machine)) {
        throw new Error(`there is no machine ${id}`);
    }
    const from =
        wanted === "started" ? ["created", "stopped", "suspended", "failed"] : ["started", "suspended"];
    if (from.includes(machine.state)) {
        await (wanted === "started" ? lifecycle.start(machine, "flyd") : lifecycle.stop(machine, {}, "flyd"));
    } else {
        await lifecycle.idle(machine);
    }
    // The type of the state that was looked at before is not that of the state afterwards.
    const { state } = machine as { state: string };
    if (state !== wanted) {
        throw new Error(`machine ${id} is ${state}, not ${wanted}`);
    }
}
