import { about, act, checkUnlocked, viewAction } from "./actions";
import { ApiError } from "./apiError";
import { Collection, routesOf, thisOf } from "./collection";
import { Field, id, list, object, oneOf, optional, parse } from "./fields";
import { labels, plainName } from "./names";
import { rules } from "./rules";
import { Rule } from "./serverHost";
import { born, Call, checkUnique, created, find, NO_CONTENT, Route } from "./simulation";
import { Action, Firewall, Project } from "./state";

const firewalls: Collection<Firewall> = {
    one: "firewall",
    what: "firewall",
    all: (project) => project.firewalls,
    view: ({ servers, ...rest }) => ({
        ...rest,
        applied_to: servers.map((server) => ({ type: "server", server: { id: server } })),
    }),
};

/** Servers only: the simulation applies no firewall by labels. */
const resources: Field<readonly { readonly server: { readonly id: number } }[]> = list(
    object({ type: oneOf("server"), server: object({ id }) }),
);

export const firewallRoutes: readonly Route[] = [
    ...routesOf(firewalls),
    {
        method: "POST",
        path: "/firewalls",
        handle: (call) => {
            const input = parse(call.body, {
                name: plainName,
                labels: optional(labels),
                rules: optional(rules),
                apply_to: optional(resources),
            });
            checkUnique(call.project.firewalls, input.name);
            const wanted = serversOf(call, input.apply_to ?? []);
            checkAllUnlocked(call, wanted);
            const firewall: Firewall = {
                ...born(call, input.name, input.labels),
                rules: input.rules ?? [],
                servers: [],
            };
            call.project.firewalls[firewall.id] = firewall;
            const actions = [
                act(call, "set_firewall_rules", [about("firewall", firewall)]),
                ...apply(call, firewall, wanted),
            ];
            const view = firewalls.view(firewall, call.project);
            return created({ firewall: view, actions: actions.map(viewAction) });
        },
    },
    {
        method: "DELETE",
        path: "/firewalls/:id",
        handle: (call) => {
            const firewall = thisOf(firewalls, call);
            if (firewall.servers.length > 0) {
                throw new ApiError("resource_in_use", `firewall with ID ${firewall.id} is still in use`);
            }
            Reflect.deleteProperty(call.project.firewalls, firewall.id);
            return NO_CONTENT;
        },
    },
    {
        method: "POST",
        path: "/firewalls/:id/actions/set_rules",
        handle: (call) => {
            const firewall = thisOf(firewalls, call);
            const wanted = parse(call.body, { rules }).rules;
            checkAllUnlocked(call, firewall.servers);
            firewall.rules = wanted;
            return answer([enforcing(call, "set_firewall_rules", firewall, firewall.servers)]);
        },
    },
    {
        method: "POST",
        path: "/firewalls/:id/actions/apply_to_resources",
        handle: (call) => {
            const firewall = thisOf(firewalls, call);
            const wanted = serversOf(call, parse(call.body, { apply_to: resources }).apply_to);
            if (wanted.some((server) => firewall.servers.includes(server))) {
                throw new ApiError("firewall_already_applied", "firewall was already applied to the server");
            }
            return answer(apply(call, firewall, wanted));
        },
    },
    {
        method: "POST",
        path: "/firewalls/:id/actions/remove_from_resources",
        handle: (call) => {
            const firewall = thisOf(firewalls, call);
            const unwanted = serversOf(call, parse(call.body, { remove_from: resources }).remove_from);
            checkAllUnlocked(call, unwanted);
            firewall.servers = firewall.servers.filter((server) => !unwanted.includes(server));
            return answer(unwanted.map((server) => enforcing(call, "remove_firewall", firewall, [server])));
        },
    },
];

/** Firewalls of a server. */
export function firewallsOf({ firewalls: all }: Project, server: number): Firewall[] {
    return Object.values(all).filter(({ servers }) => servers.includes(server));
}

/** All that a server's firewalls let through; undefined where it has none. */
export function rulesOf(project: Project, server: number): Rule[] | undefined {
    const applied = firewallsOf(project, server);
    return applied.length === 0 ? undefined : applied.flatMap((firewall) => firewall.rules);
}

function apply(call: Call, firewall: Firewall, servers: readonly number[]): Action[] {
    checkAllUnlocked(call, servers);
    firewall.servers.push(...servers);
    return servers.map((server) => enforcing(call, "apply_firewall", firewall, [server]));
}

/** Has servers keep to their rules as they are now. */
function enforcing(call: Call, command: string, firewall: Firewall, servers: readonly number[]): Action {
    const { sim, project } = call;
    const subjects = [
        about("firewall", firewall),
        ...servers.map((server) => about("server", { id: server })),
    ];
    return act(call, command, subjects, async () => {
        await Promise.all(servers.map((server) => sim.host.setFirewall(server, rulesOf(project, server))));
    });
}

function checkAllUnlocked({ project }: Call, servers: readonly number[]): void {
    servers.forEach((server) => checkUnlocked(project, find(project.servers, server, "server")));
}

function serversOf(
    { project }: Call,
    wanted: readonly { readonly server: { readonly id: number } }[],
): number[] {
    return wanted.map(({ server }) => {
        if (project.servers[server.id] === undefined) {
            throw new ApiError("firewall_resource_not_found", `server with ID '${server.id}' not found`);
        }
        return server.id;
    });
}

function answer(actions: readonly Action[]) {
    return created({ actions: actions.map(viewAction) });
}
