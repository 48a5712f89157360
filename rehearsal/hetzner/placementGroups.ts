import { ApiError } from "./apiError";
import { Collection, routesOf, thisOf } from "./collection";
import { oneOf, optional, parse } from "./fields";
import { labels, plainName } from "./names";
import { born, checkUnique, created, NO_CONTENT, Route } from "./simulation";
import { PlacementGroup, Project } from "./state";

const placementGroups: Collection<PlacementGroup> = {
    one: "placement_group",
    what: "placement group",
    all: (project) => project.placementGroups,
    view: (group, project) => ({ ...group, servers: membersOf(project, group) }),
};

/** Ids of the servers in a group. */
export function membersOf({ servers }: Project, { id }: PlacementGroup): number[] {
    return Object.values(servers).flatMap((server) => (server.placementGroup === id ? [server.id] : []));
}

export const placementGroupRoutes: readonly Route[] = [
    ...routesOf(placementGroups),
    {
        method: "POST",
        path: "/placement_groups",
        handle: (call) => {
            const input = parse(call.body, {
                name: plainName,
                type: oneOf("spread"),
                labels: optional(labels),
            });
            const { placementGroups: all } = call.project;
            checkUnique(all, input.name);
            const group: PlacementGroup = { ...born(call, input.name, input.labels), type: input.type };
            all[group.id] = group;
            return created({ placement_group: placementGroups.view(group, call.project), action: null });
        },
    },
    {
        method: "DELETE",
        path: "/placement_groups/:id",
        handle: (call) => {
            const group = thisOf(placementGroups, call);
            if (membersOf(call.project, group).length > 0) {
                throw new ApiError(
                    "resource_in_use",
                    `placement group with ID '${group.id}' is still in use`,
                );
            }
            Reflect.deleteProperty(call.project.placementGroups, group.id);
            return NO_CONTENT;
        },
    },
];
