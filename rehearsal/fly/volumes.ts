import { failure } from "./apiError";
import { checkRegion, NEAREST } from "./catalog";
import { prefixedId } from "./ids";
import { Route } from "./routes";
import { Answer, appOf, Call, checkQuota, ok, Simulation, volumeOf } from "./simulation";
import { Volume, volumesOf } from "./state";
import { WireVolume } from "./wire";

const VOLUME = "/apps/:app/volumes/:volume";

export const volumeRoutes: readonly Route[] = [
    {
        method: "GET",
        path: "/apps/:app/volumes",
        action: "volume_list",
        handle: (call) => ok(volumesOf(call.sim.world, appOf(call).name).map(volumeWire)),
    },
    { method: "POST", path: "/apps/:app/volumes", action: "volume_create", handle: create },
    { method: "GET", path: VOLUME, action: "volume_get", handle: (call) => ok(volumeWire(volumeOf(call))) },
    { method: "PUT", path: VOLUME, action: "volume_update", handle: update },
    { method: "PUT", path: `${VOLUME}/extend`, action: "volume_extend", handle: extend },
    { method: "DELETE", path: VOLUME, action: "volume_delete", handle: remove },
];

const DEFAULT_GB = 3;
const LARGEST_GB = 500;
const RETENTION_DAYS = 5;

async function create(call: Call): Promise<Answer> {
    const { sim, body } = call;
    const app = appOf(call);
    const name = typeof body.name === "string" ? body.name : "";
    if (!/^[a-z0-9_]{1,30}$/.test(name)) {
        throw failure("invalid_argument", "name must be 1 to 30 lowercase letters, digits or underscores");
    }
    const region = typeof body.region === "string" && body.region !== "" ? body.region : NEAREST;
    checkRegion(region);
    checkQuota(sim, app, "volumes");
    const source = sourceOf(sim, app.name, body);
    const volume: Volume = {
        id: prefixedId("vol"),
        app: app.name,
        name,
        region,
        zone: prefixedId("z").slice(2, 6),
        createdAt: new Date().toISOString(),
        encrypted: body.encrypted !== false,
        state: source === undefined ? "created" : "restoring",
        sizeGb: checkSize(body.size_gb ?? source?.sizeGb ?? DEFAULT_GB, source?.sizeGb ?? 1),
        snapshotRetention: checkRetention(body.snapshot_retention ?? RETENTION_DAYS),
        autoBackup: body.auto_backup_enabled !== false,
    };
    sim.world.volumes[volume.id] = volume;
    await sim.runtime.createVolume(volume.id);
    if (source !== undefined) {
        const { engineImage } = await sim.images.resolve(sim.helperImage);
        const copied = sim.runtime.copyVolume(source.id, volume.id, engineImage);
        sim.background(copied.then(() => (volume.state = "created")));
    }
    return ok(volumeWire(volume));
}

/** What a volume is made of: a snapshot of any app of the organization's, or another volume (a fork). */
function sourceOf(
    { world }: Simulation,
    app: string,
    { snapshot_id, source_volume_id }: Call["body"],
): { readonly id: string; readonly sizeGb: number } | undefined {
    const isOurs = (other: string) => world.apps[other]?.organization === world.apps[app]?.organization;
    if (typeof snapshot_id === "string" && snapshot_id !== "") {
        const snapshot = world.snapshots[snapshot_id];
        if (snapshot?.status !== "created" || !isOurs(snapshot.app)) {
            throw failure("not_found", `snapshot ${snapshot_id} not found`);
        }
        return { id: snapshot.id, sizeGb: snapshot.volumeSizeGb };
    }
    if (typeof source_volume_id === "string" && source_volume_id !== "") {
        const volume = world.volumes[source_volume_id];
        if (volume?.state !== "created" || !isOurs(volume.app)) {
            throw failure("not_found", `volume ${source_volume_id} not found`);
        }
        return volume;
    }
    return undefined;
}

function update(call: Call): Answer {
    const volume = volumeOf(call);
    const { snapshot_retention: retention, auto_backup_enabled: backup } = call.body;
    if (retention !== undefined && retention !== null) {
        volume.snapshotRetention = checkRetention(retention);
    }
    if (typeof backup === "boolean") {
        volume.autoBackup = backup;
    }
    return ok(volumeWire(volume));
}

/** The container's volume has no size: what grows is the number. */
function extend(call: Call): Answer {
    const volume = volumeOf(call);
    volume.sizeGb = checkSize(call.body.size_gb, volume.sizeGb);
    return ok({ volume: volumeWire(volume), needs_restart: false });
}

async function remove(call: Call): Promise<Answer> {
    const volume = volumeOf(call);
    if (volume.machine !== undefined) {
        throw failure("failed_precondition", `volume is attached to machine ${volume.machine}`);
    }
    if (volume.state !== "created") {
        throw failure("failed_precondition", `volume is ${volume.state}`);
    }
    volume.state = "destroyed";
    await call.sim.runtime.removeVolume(volume.id);
    return ok(volumeWire(volume));
}

function checkSize(size: unknown, smallest: number): number {
    if (typeof size !== "number" || !Number.isInteger(size) || size < smallest || size > LARGEST_GB) {
        throw failure("invalid_argument", `size_gb must be between ${smallest} and ${LARGEST_GB}`);
    }
    return size;
}

function checkRetention(days: unknown): number {
    if (typeof days !== "number" || !Number.isInteger(days) || days < 1 || days > 60) {
        throw failure("invalid_argument", "snapshot_retention must be between 1 and 60");
    }
    return days;
}

function volumeWire(volume: Volume): WireVolume {
    return {
        id: volume.id,
        name: volume.name,
        state: volume.state,
        size_gb: volume.sizeGb,
        region: volume.region,
        zone: volume.zone,
        encrypted: volume.encrypted,
        attached_machine_id: volume.machine ?? null,
        attached_alloc_id: null,
        created_at: volume.createdAt,
        fstype: "ext4",
        snapshot_retention: volume.snapshotRetention,
        auto_backup_enabled: volume.autoBackup,
        host_dedication_key: "",
        host_status: "ok",
    };
}
