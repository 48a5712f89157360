import * as pulumi from "@pulumi/pulumi";

/** Files that hold secrets, in a volume of their own. Every change makes a new volume. */
export interface SecretVolumeArgs {
    /** Start of the volume's name; a random end is added. */
    prefix: pulumi.Input<string>;
    /** Image of the containers that will read the files: its user owns them. */
    image: pulumi.Input<string>;
    /** Owner of the files: a name that the image knows, or `uid[:gid]`. @default the image's user */
    user?: pulumi.Input<string>;
    /** Content by file name. Kept secret. */
    files: pulumi.Input<Record<string, pulumi.Input<string>>>;
    /** Labels of the volume. */
    labels?: Record<string, string>;
}

/**
 * A volume with files of mode 0400 for the user of an image. Never changed once made: a changed secret makes a new
 * volume, so that containers with the old secret and with the new one can run side by side.
 */
export class SecretVolume extends pulumi.CustomResource {
    /** Name of the volume. */
    declare readonly volume: pulumi.Output<string>;

    constructor(name: string, args: SecretVolumeArgs, opts?: pulumi.CustomResourceOptions) {
        super(
            "berth:index:SecretVolume",
            name,
            { ...args, files: pulumi.secret(args.files), volume: undefined },
            pulumi.mergeOptions(opts, { additionalSecretOutputs: ["files"] }),
        );
    }
}
