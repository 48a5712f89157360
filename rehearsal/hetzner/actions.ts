import { ApiError } from "./apiError";
import { listed } from "./collection";
import { Call, newId, ok, Route } from "./simulation";
import { Action, Project, Server } from "./state";

/** What an action is about. */
export type Subject = Action["resources"][number];

/**
 * Begins an action. Without any work it is done at once; otherwise it runs, and what it is about is locked, until the
 * work has ended. `after` is what changes then.
 */
export function act(
    { sim, project }: Call,
    command: string,
    resources: readonly Subject[],
    work?: () => Promise<void>,
    after?: () => void,
): Action {
    const started = new Date().toISOString();
    const action: Action = { id: newId(sim.world), command, started, resources, status: "running" };
    project.actions[action.id] = action;
    const end = (error?: Action["error"]) => {
        action.status = error === undefined ? "success" : "error";
        action.error = error;
        action.finished = new Date().toISOString();
    };
    if (work === undefined) {
        end();
        return action;
    }
    const run = async () => {
        try {
            await work();
            after?.();
            end();
        } catch (error) {
            const message = error instanceof Error ? error.message : String(error);
            end({ code: "action_failed", message });
        }
        sim.save();
    };
    sim.background(run());
    return action;
}

export function about(type: string, { id }: { readonly id: number }): Subject {
    return { id, type };
}

/** Refuses what would meet an action that is under way. */
export function checkUnlocked(project: Project, server: Server): void {
    if (isLocked(project, server)) {
        throw new ApiError("locked", `server with ID '${server.id}' is locked: another action is running`);
    }
}

export function isLocked({ actions }: Project, { id }: Server): boolean {
    return Object.values(actions).some(
        ({ status, resources }) =>
            status === "running" && resources.some((each) => each.type === "server" && each.id === id),
    );
}

export function viewAction({ id, command, started, resources, status, finished, error }: Action) {
    return {
        id,
        command,
        status,
        progress: status === "success" ? 100 : 0,
        started,
        finished: finished ?? null,
        resources,
        error: error ?? null,
    };
}

export const actionRoutes: readonly Route[] = [
    {
        method: "GET",
        path: "/actions",
        handle: (call) => {
            const ids = call.query.getAll("id");
            const wanted = Object.values(call.project.actions).filter(
                ({ id }) => ids.length === 0 || ids.includes(String(id)),
            );
            return listed(call, "actions", wanted, viewAction);
        },
    },
    {
        method: "GET",
        path: "/actions/:id",
        handle: ({ project, param }) => {
            const action = project.actions[param("id")];
            if (action === undefined) {
                throw new ApiError("not_found", `action with ID '${param("id")}' not found`);
            }
            return ok({ action: viewAction(action) });
        },
    },
];
