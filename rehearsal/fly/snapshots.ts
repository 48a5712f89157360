import { createHash } from "node:crypto";
import { prefixedId } from "./ids";
import { Route } from "./routes";
import { Answer, Call, ok, volumeOf } from "./simulation";
import { Snapshot } from "./state";

const SNAPSHOTS = "/apps/:app/volumes/:volume/snapshots";

/** Snapshots are volumes of their own: copies of all files, made while the machine's processes are held still. */
export const snapshotRoutes: readonly Route[] = [
    {
        method: "GET",
        path: SNAPSHOTS,
        action: "snapshot_list",
        handle: (call) => {
            const { id } = volumeOf(call);
            const all = Object.values(call.sim.world.snapshots);
            return ok(all.filter(({ volume }) => volume === id).map(wire));
        },
    },
    { method: "POST", path: SNAPSHOTS, action: "snapshot_create", handle: create },
];

async function create(call: Call): Promise<Answer> {
    const { sim } = call;
    const volume = volumeOf(call);
    const { engineImage } = await sim.images.resolve(sim.helperImage);
    const snapshot: Snapshot = {
        id: prefixedId("vs"),
        volume: volume.id,
        app: volume.app,
        createdAt: new Date().toISOString(),
        volumeSizeGb: volume.sizeGb,
        retentionDays: volume.snapshotRetention,
        size: 0,
        status: "creating",
    };
    sim.world.snapshots[snapshot.id] = snapshot;
    await sim.runtime.createVolume(snapshot.id);
    const holder = volume.machine === undefined ? undefined : sim.world.machines[volume.machine];
    const copy = sim.lifecycle.still(holder, () =>
        sim.runtime.copyVolume(volume.id, snapshot.id, engineImage),
    );
    sim.background(
        copy.then(
            (size) => Object.assign(snapshot, { size, status: "created" }),
            (error: unknown) => {
                snapshot.status = "failed";
                throw error;
            },
        ),
    );
    const backup = { id: snapshot.id, volume_id: volume.id, state: "prepare", graph_id: snapshot.id };
    return ok({ Msg: { backup: { ...backup, created_at: snapshot.createdAt } } });
}

const GB = 1024 ** 3;

function wire(snapshot: Snapshot): Record<string, unknown> {
    return {
        id: snapshot.id,
        size: snapshot.size,
        volume_size: snapshot.volumeSizeGb * GB,
        digest: createHash("md5").update(snapshot.id).digest("hex"),
        created_at: snapshot.createdAt,
        status: snapshot.status,
        retention_days: snapshot.retentionDays,
    };
}
