import { Volume } from "../../../providers/sdk/fly";

// A greater size extends it while it is in use. What holds data is protected from mistakes.
const disk = new Volume(
    "shop-disk",
    { app: "shop-prod", region: "fra", sizeGb: 20, snapshotRetentionDays: 30 },
    { protect: true },
);

export const id = disk.volumeId;
