import { about, act, checkUnlocked, viewAction } from "./actions";
import { ApiError, invalid } from "./apiError";
import { chosen, known, LOCATIONS } from "./catalogue";
import { Collection, routesOf, thisOf } from "./collection";
import { bool, id, idOrName, integer, oneOf, optional, parse } from "./fields";
import { labels, plainName } from "./names";
import { HostedVolume } from "./serverHost";
import { born, Call, checkUnique, checkUnprotected, created, find, NO_CONTENT, Route } from "./simulation";
import { Action, Server, Volume } from "./state";

/** GB. Source: Hetzner Cloud's API documentation. */
const SIZE = integer(10, 10_240);

/** Volumes of one server. Source: Hetzner Cloud's documentation of volumes. */
const MAX_ATTACHED = 16;

const volumes: Collection<Volume> = {
    one: "volume",
    what: "volume",
    all: (project) => project.volumes,
    view: ({ sizeGb, location, format, server, deleteProtection, ...rest }) => ({
        ...rest,
        size: sizeGb,
        location: known(LOCATIONS, location),
        format: format ?? null,
        server: server ?? null,
        status: "available",
        protection: { delete: deleteProtection },
        linux_device: deviceOf(rest.id),
    }),
};

function deviceOf(volume: number): string {
    return `/dev/disk/by-id/scsi-0HC_Volume_${volume}`;
}

export const volumeRoutes: readonly Route[] = [
    ...routesOf(volumes),
    {
        method: "POST",
        path: "/volumes",
        handle: (call) => {
            const input = parse(call.body, {
                name: plainName,
                size: SIZE,
                location: optional(idOrName),
                server: optional(id),
                format: optional(oneOf("ext4", "xfs")),
                automount: optional(bool),
                labels: optional(labels),
            });
            const server =
                input.server === undefined ? undefined : find(call.project.servers, input.server, "server");
            const location = placeOf(input.location, server);
            checkUnique(call.project.volumes, input.name);
            if (server !== undefined) {
                checkRoom(call, server);
            }
            const volume: Volume = {
                ...born(call, input.name, input.labels),
                sizeGb: input.size,
                location,
                format: input.format,
                deleteProtection: false,
            };
            call.project.volumes[volume.id] = volume;
            const action = act(call, "create_volume", [about("volume", volume)]);
            const next = server === undefined ? [] : [attach(call, volume, server)];
            return created({
                volume: volumes.view(volume, call.project),
                action: viewAction(action),
                next_actions: next.map(viewAction),
            });
        },
    },
    {
        method: "DELETE",
        path: "/volumes/:id",
        handle: (call) => {
            const volume = thisOf(volumes, call);
            checkUnprotected(volume.deleteProtection, "volume");
            if (volume.server !== undefined) {
                throw new ApiError(
                    "volume_already_attached",
                    "volume is attached to a server: detach it first",
                );
            }
            Reflect.deleteProperty(call.project.volumes, volume.id);
            act(call, "delete_volume", [about("volume", volume)], () =>
                call.sim.host.deleteVolume(volume.id),
            );
            return NO_CONTENT;
        },
    },
    {
        method: "POST",
        path: "/volumes/:id/actions/attach",
        handle: (call) => {
            const volume = thisOf(volumes, call);
            const input = parse(call.body, { server: id, automount: optional(bool) });
            const server = find(call.project.servers, input.server, "server");
            if (volume.server !== undefined) {
                throw new ApiError("volume_already_attached", "volume is already attached to a server");
            }
            if (volume.location !== server.location) {
                throw invalid("server", `is at ${server.location}, the volume at ${volume.location}`);
            }
            checkRoom(call, server);
            return answer(attach(call, volume, server));
        },
    },
    {
        method: "POST",
        path: "/volumes/:id/actions/detach",
        handle: (call) => {
            const volume = thisOf(volumes, call);
            const server = call.project.servers[String(volume.server)];
            if (server === undefined) {
                throw new ApiError("conflict", "volume is attached to no server");
            }
            checkUnlocked(call.project, server);
            const resources = [about("volume", volume), about("server", server)];
            const detach = () => call.sim.host.detachVolume(server.id, volume.id);
            return answer(act(call, "detach_volume", resources, detach, () => (volume.server = undefined)));
        },
    },
    {
        method: "POST",
        path: "/volumes/:id/actions/resize",
        handle: (call) => {
            const volume = thisOf(volumes, call);
            const { size } = parse(call.body, { size: SIZE });
            if (size <= volume.sizeGb) {
                throw invalid("size", `must be larger than the volume, which has ${volume.sizeGb} GB`);
            }
            volume.sizeGb = size;
            return answer(act(call, "resize_volume", [about("volume", volume)]));
        },
    },
    {
        method: "POST",
        path: "/volumes/:id/actions/change_protection",
        handle: (call) => {
            const volume = thisOf(volumes, call);
            volume.deleteProtection = parse(call.body, { delete: bool }).delete;
            return answer(act(call, "change_protection", [about("volume", volume)]));
        },
    },
];

/** Attached from now on; there only when the action has ended. */
function attach(call: Call, volume: Volume, server: Server): Action {
    volume.server = server.id;
    return act(call, "attach_volume", [about("volume", volume), about("server", server)], async () => {
        await call.sim.host.attachVolume(server.id, hosted(volume)).catch((error: unknown) => {
            volume.server = undefined;
            throw error;
        });
    });
}

function hosted({ id: volume, sizeGb, format }: Volume): HostedVolume {
    return { id: volume, sizeGb, format, device: deviceOf(volume) };
}

/** A volume stands at a location, or at the one of its server: one of both is told. */
function placeOf(location: string | undefined, server: Server | undefined): string {
    if ((location === undefined) === (server === undefined)) {
        throw invalid("location", "exactly one of location and server must be given");
    }
    return server === undefined ? chosen(LOCATIONS, location ?? "", "location").name : server.location;
}

function checkRoom({ project }: Call, server: Server): void {
    checkUnlocked(project, server);
    if (
        Object.values(project.volumes).filter((volume) => volume.server === server.id).length >= MAX_ATTACHED
    ) {
        throw new ApiError("resource_limit_exceeded", `a server has ${MAX_ATTACHED} volumes at the most`);
    }
}

function answer(action: Action) {
    return created({ action: viewAction(action) });
}
