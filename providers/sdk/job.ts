import * as pulumi from "@pulumi/pulumi";

/** What runs to its end, with which image, and on which engine's networks. */
export interface JobArgs {
    /** Name of the container, unique on the engine. A change replaces the job, which then runs again. */
    name: pulumi.Input<string>;
    /** Id or reference of an image that the engine has. A change runs the job again. */
    image: pulumi.Input<string>;
    /** What messages and `irreversible` call the image. A change is recorded, no more. @default `image` */
    imageName?: pulumi.Input<string>;
    /** What is run, with the image's entrypoint if it has one. A change runs the job again. */
    command: pulumi.Input<string>[];
    /** Environment variables. Values may be secret outputs and stay secret; a change runs the job again. */
    env?: Record<string, pulumi.Input<string>>;
    /** User that the job runs as, `name` or `uid[:gid]`. @default the image's */
    user?: pulumi.Input<string>;
    /** Whether a job that would run as root fails before it starts. @default false */
    refuseRoot?: boolean;
    /** Names of the networks that the job is on, one at least. It answers to no name there but its container's. */
    networks: pulumi.Input<string>[];
    /** What is mounted. A change runs the job again. @default nothing */
    volumes?: JobVolumeArgs[];
    /** Whether the job can write to no file but those of its volumes and of `/tmp`, which lies in memory. @default true */
    readOnlyRoot?: boolean;
    /** What the job may use at the most. @default no limits */
    limits?: JobLimitsArgs;
    /** Labels of the container. */
    labels?: Record<string, pulumi.Input<string>>;
    /** Seconds until a run is stopped and counts as failed. Counted anew for a run that is adopted. */
    timeoutSeconds: number;
}

/** A volume or a folder of the engine's host. Only one of `volumeName` and `hostPath`, and one of them. */
export interface JobVolumeArgs {
    volumeName?: pulumi.Input<string | undefined>;
    /** Absolute path of a file or folder that is there. */
    hostPath?: pulumi.Input<string | undefined>;
    /** Absolute path in the container. */
    containerPath: pulumi.Input<string>;
    /** @default false */
    readOnly?: pulumi.Input<boolean | undefined>;
}

/** Limits of one run. */
export interface JobLimitsArgs {
    /** Share of the host's processors; 0.5 is half of one. */
    cpus?: number;
    /** Memory in MiB. Swap counts as memory. */
    memoryMb?: number;
}

/** Something that a run did and that an image of before can't live with. */
export interface IrreversibleChange {
    /** Name of the image that did it. */
    image: string;
    /** The image's own words. */
    reason: string;
}

/**
 * A container that runs to its end: a migration before a release. It runs when it is made, and again when its image,
 * command, environment or volumes are not those of the last run that succeeded. All else that changes is recorded for the
 * next run. `pulumi up --replace URN` runs it once more.
 *
 * What it writes arrives line by line as Pulumi's log lines, with secrets masked. A run that does not exit with 0, runs
 * out of memory or takes longer than it may fails the update with its last 50 lines, and so does an engine that is lost
 * meanwhile; what depends on the job is left alone, and the next update runs it again. So a job has to stand being run
 * again after it was stopped half-way.
 *
 * A run is never doubled. Its container has a name of its own: one that a killed update left behind is waited for, and
 * counts when it has succeeded meanwhile; one of another image, command, environment or volumes is stopped first. The
 * container stays for `docker logs` until the next run.
 *
 * A line of its output that starts with `berth:irreversible ` declares that an older image can't undo what was done; the
 * rest of the line is the reason. It counts however the run ends: stopped, failed, killed with its update. It is kept in the
 * state and, until it is there, by a container's log or a note on the engine: an empty volume with labels. A deletion leaves
 * such notes behind, for a job of the same name to find.
 */
export class Job extends pulumi.CustomResource {
    declare readonly name: pulumi.Output<string>;
    /** What runs declared that can't be undone by an older image, the oldest first. A replacement on the same engine keeps it. */
    declare readonly irreversible: pulumi.Output<IrreversibleChange[]>;

    constructor(name: string, args: JobArgs, opts?: pulumi.CustomResourceOptions) {
        super(
            "berth:index:Job",
            name,
            { ...args, irreversible: undefined },
            // The engine asks no provider about a replacement that the user wants. The new run would find the old container,
            // which has succeeded, and the old one's deletion would then remove it.
            pulumi.mergeOptions({ deleteBeforeReplace: true }, opts),
        );
    }
}
