import { about, act, checkUnlocked, viewAction } from "./actions";
import { ApiError, invalid } from "./apiError";
import { chosen, known, LOCATIONS, SERVER_TYPES, standsAt } from "./catalogue";
import { thisOf } from "./collection";
import { bool, idOrName, optional, parse } from "./fields";
import { servers } from "./serverView";
import { Answer, Call, checkUnprotected, created, Route } from "./simulation";
import { Action, Server } from "./state";

export const serverActionRoutes: readonly Route[] = [
    power("poweron", "on", "running"),
    power("poweroff", "off", "off"),
    power("shutdown", "shutdown", "off"),
    power("reboot", "reboot", "running"),
    on("change_type", (call, server) => changeType(call, server)),
    on("change_protection", (call, server) => {
        const wanted = { ...server.protection, ...defined(parse(call.body, PROTECTION)) };
        if (wanted.delete !== wanted.rebuild) {
            throw invalid("rebuild", "must be the same as delete");
        }
        server.protection = wanted;
        return act(call, "change_protection", [about("server", server)]);
    }),
    on("rebuild", (_, server) => {
        checkUnprotected(server.protection.rebuild, "server", "rebuild");
        throw new ApiError(
            "unsupported_error",
            "the simulation rebuilds no server: delete it and make another",
        );
    }),
];

const PROTECTION = { delete: optional(bool), rebuild: optional(bool) };

/** An action of a server that has no other under way. */
function on(command: string, begin: (call: Call, server: Server) => Action): Route {
    return {
        method: "POST",
        path: `/servers/:id/actions/${command}`,
        handle: (call): Answer => {
            const server = thisOf(servers, call);
            checkUnlocked(call.project, server);
            return created({ action: viewAction(begin(call, server)) });
        },
    };
}

function power(command: string, to: "on" | "off" | "shutdown" | "reboot", then: Server["status"]): Route {
    return on(command, (call, server) => {
        // A server that is off can't be asked for anything.
        if (server.status === "off" && (to === "shutdown" || to === "reboot")) {
            throw new ApiError("conflict", "server is off");
        }
        return act(
            call,
            `${command === "poweron" ? "start" : command === "poweroff" ? "stop" : command}_server`,
            [about("server", server)],
            () => call.sim.host.power(server.id, to),
            () => (server.status = then),
        );
    });
}

/** Only a server that is off changes its type; then it starts. */
function changeType(call: Call, server: Server): Action {
    const input = parse(call.body, { server_type: idOrName, upgrade_disk: bool });
    const [old, type] = [
        known(SERVER_TYPES, server.type),
        chosen(SERVER_TYPES, input.server_type, "server_type"),
    ];
    const location = known(LOCATIONS, server.location);
    if (server.status !== "off") {
        throw new ApiError("server_not_stopped", "server must be stopped");
    }
    if (type === old) {
        throw new ApiError("invalid_server_type", `server already is a ${type.name}`);
    }
    if (type.architecture !== old.architecture || !standsAt(type, location)) {
        throw new ApiError(
            "invalid_server_type",
            `a ${old.name} at ${location.name} can't become a ${type.name}`,
        );
    }
    if (type.disk < server.diskGb) {
        throw new ApiError(
            "invalid_server_type",
            `the disk of a ${type.name} has ${type.disk} GB, the server's ${server.diskGb} GB`,
        );
    }
    if (call.sim.soldOut(type.name, location.name)) {
        throw new ApiError(
            "resource_unavailable",
            `no ${type.name} is available at ${location.name} for now`,
        );
    }
    return act(
        call,
        "change_server_type",
        [about("server", server)],
        () => call.sim.host.power(server.id, "on"),
        () => {
            server.type = type.name;
            server.diskGb = input.upgrade_disk ? type.disk : server.diskGb;
            server.status = "running";
        },
    );
}

function defined({ delete: deletion, rebuild }: { readonly delete?: boolean; readonly rebuild?: boolean }) {
    return { ...(deletion !== undefined && { delete: deletion }), ...(rebuild !== undefined && { rebuild }) };
}
