import * as pulumi from "@pulumi/pulumi";

/** A disk on Fly. */
export interface FlyVolumeArgs {
    /** Name of its app. A change replaces the volume. */
    app: pulumi.Input<string>;
    /** At most 30 lower-case letters, digits and underscores. A change replaces the volume. @default one that is made of the resource's */
    name?: pulumi.Input<string>;
    /** Code of the region. A change replaces the volume. */
    region: pulumi.Input<string>;
    /** Size in GB. It grows in place and never shrinks. @default 3 */
    sizeGb?: pulumi.Input<number>;
    /** Whether Fly encrypts it at rest. A change replaces the volume. @default true */
    encrypted?: pulumi.Input<boolean>;
    /** Days for which its snapshots are kept, 1 to 60. @default 5 */
    snapshotRetentionDays?: pulumi.Input<number>;
    /** Whether Fly takes a snapshot each day. @default true */
    autoBackup?: pulumi.Input<boolean>;
    /** Snapshot that it is filled from. A change replaces the volume. @default it starts empty */
    snapshotId?: pulumi.Input<string>;
}

/** A disk in one region, for one machine at a time. */
export class Volume extends pulumi.CustomResource {
    declare readonly name: pulumi.Output<string>;
    /** Its id, for a machine's mounts. */
    declare readonly volumeId: pulumi.Output<string>;

    constructor(name: string, args: FlyVolumeArgs, opts?: pulumi.CustomResourceOptions) {
        // A name that is left out is an output, too, from the start.
        super("fly:index:Volume", name, { name: undefined, ...args, volumeId: undefined }, opts);
    }
}
