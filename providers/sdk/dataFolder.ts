import * as pulumi from "@pulumi/pulumi";

/** A folder for data on a disk of the host. */
export interface DataFolderArgs {
    /** Absolute path of the folder on the disk that all data folders stand in. It has to be there. */
    root: pulumi.Input<string>;
    /** Name of the folder. A change makes a second folder; the first one stays. */
    name: pulumi.Input<string>;
    /** Image that will use the folder: it tells who owns it. */
    image: pulumi.Input<string>;
    /** Owner: a name that the image knows, or `uid[:gid]`. @default the image's user */
    user?: pulumi.Input<string>;
}

/**
 * A folder for data on a disk of the engine's host. Made when it is not there, adopted with all that is in it when it is.
 * Destroying the resource forgets it and deletes nothing.
 */
export class DataFolder extends pulumi.CustomResource {
    /** Absolute path on the host. */
    declare readonly path: pulumi.Output<string>;

    constructor(name: string, args: DataFolderArgs, opts?: pulumi.CustomResourceOptions) {
        super("berth:index:DataFolder", name, { ...args, path: undefined }, opts);
    }
}
