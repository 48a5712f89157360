import { ApiError, failure, invalid } from "./apiError";
import { prefixedId } from "./ids";
import { LIMITS } from "./rateLimits";
import { Route } from "./routes";
import { appOf, Call, ok, Simulation } from "./simulation";
import { App, isAlive, machinesOf, volumesOf, WorldState } from "./state";

export const appRoutes: readonly Route[] = [
    {
        method: "POST",
        path: "/apps",
        action: "app_create",
        identifier: (call) => nameIn(call),
        handle: (call) => {
            const app = create(call);
            // The documentation shows the id and the time; Fly's Go client decodes an app out of it.
            return ok({ ...wire(call.sim.world, app), created_at: app.createdAtMs }, 201);
        },
    },
    {
        method: "GET",
        path: "/apps",
        action: "app_list",
        identifier: ({ query }) => query.get("org_slug") ?? "",
        handle: ({ sim, query, organizations }) => {
            const slug = query.get("org_slug");
            if (slug === null || slug === "") {
                throw failure("invalid_argument", "org_slug is required");
            }
            if (!organizations.some((organization) => organization.slug === slug)) {
                throw new ApiError(403, "unauthorized");
            }
            const apps = Object.values(sim.world.apps).filter(({ organization }) => organization === slug);
            return ok({ total_apps: apps.length, apps: apps.map((app) => wire(sim.world, app)) });
        },
    },
    {
        method: "GET",
        path: "/apps/:app",
        action: "app_get",
        handle: (call) => ok(wire(call.sim.world, appOf(call))),
    },
    {
        method: "DELETE",
        path: "/apps/:app",
        action: "app_delete",
        limit: LIMITS.deleteApp,
        identifier: ({ organizations }) => organizations.map(({ slug }) => slug).join(),
        handle: (call) => {
            remove(call.sim, appOf(call), call.query.get("force") === "true");
            return { status: 202 };
        },
    },
];

/** The documentation calls the field `app_name`, Fly's Go client `name`. */
function nameIn({ body }: Call): string {
    const name = body.app_name ?? body.name;
    return typeof name === "string" ? name : "";
}

function create(call: Call): App {
    const { sim, body, organizations } = call;
    const [name, slug] = [nameIn(call), body.org_slug];
    if (typeof slug !== "string" || sim.world.organizations[slug] === undefined) {
        throw new ApiError(404, "organization not found");
    }
    if (!organizations.some((organization) => organization.slug === slug)) {
        throw new ApiError(403, "unauthorized");
    }
    if (!/^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/.test(name)) {
        throw invalid("Name may only contain numbers, lowercase letters and dashes");
    }
    if (sim.world.apps[name] !== undefined) {
        throw invalid("Name has already been taken", "name_taken");
    }
    if (typeof body.network === "string" && !/^[\w.-]*$/.test(body.network)) {
        throw invalid("Network may only contain letters, numbers, dots, dashes and underscores");
    }
    const network = typeof body.network === "string" && body.network !== "" ? body.network : "default";
    const app: App = {
        id: prefixedId("app").replace("app_", ""),
        number: (sim.world.counter += 1),
        name,
        organization: slug,
        network,
        createdAtMs: Date.now(),
        secrets: { version: 0, versions: {} },
        addresses: [],
        certificates: [],
    };
    sim.world.apps[name] = app;
    return app;
}

/** The app is gone at once, what belonged to it soon after. */
function remove(sim: Simulation, app: App, force: boolean): void {
    const { world, lifecycle, runtime } = sim;
    const machines = machinesOf(world, app.name);
    const running = machines.filter((machine) => isAlive(machine) && !AT_REST.includes(machine.state));
    if (!force && running.length > 0) {
        throw failure("failed_precondition", `app has ${running.length} machines that are not stopped`);
    }
    const volumes = volumesOf(world, app.name);
    const snapshots = Object.values(world.snapshots).filter((snapshot) => snapshot.app === app.name);
    Reflect.deleteProperty(world.apps, app.name);
    // Whoever makes an app of this name now, gets none of the old one's.
    for (const each of [...machines, ...volumes, ...snapshots]) {
        each.app = "";
    }
    sim.background(
        lifecycle.destroyAll(machines).then(async () => {
            machines.forEach(({ id }) => Reflect.deleteProperty(world.machines, id));
            volumes.forEach(({ id }) => Reflect.deleteProperty(world.volumes, id));
            snapshots.forEach(({ id }) => Reflect.deleteProperty(world.snapshots, id));
            await Promise.all([...volumes, ...snapshots].map(({ id }) => runtime.removeVolume(id)));
        }),
    );
}

const AT_REST: readonly string[] = ["created", "stopped", "suspended", "failed"];

function wire(world: WorldState, app: App): Record<string, unknown> {
    const machines = machinesOf(world, app.name).filter(isAlive);
    return {
        id: app.id,
        internal_numeric_id: app.number,
        name: app.name,
        network: app.network,
        status: machines.length > 0 ? "deployed" : "pending",
        machine_count: machines.length,
        volume_count: volumesOf(world, app.name).length,
        organization: { name: app.organization, slug: app.organization, internal_numeric_id: 1 },
        cname_target: `${app.id}.${app.name}.fly.dev`,
        app_role: "",
    };
}
