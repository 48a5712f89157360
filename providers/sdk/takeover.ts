import * as pulumi from "@pulumi/pulumi";

/** Which container takes the place of the one before, and how it can be told that it does its work. */
export interface TakeoverArgs {
    /** Id of the container, which is made and not started. A new one takes the place of the one before. */
    container: pulumi.Input<string>;
    /** Command that has to exit with 0, run in the container itself. */
    command: pulumi.Input<string>[];
    /** Seconds until the wait is given up. */
    timeoutSeconds: number;
}

/**
 * A container that runs in the place of another: for the one thing of which two can't stand side by side, because they
 * want the same ports. The new container is made in full before, so that between the stop of the one and the start of the
 * other lies nothing else. One that does not answer in time is stopped again, the one before is started, and the update
 * fails with the log.
 *
 * The first one, with none before it, is stopped as well when it does not answer, so that the next try finds its ports free.
 *
 * A refresh finds one that was stopped by hand, and the next update starts it.
 */
export class Takeover extends pulumi.CustomResource {
    /** Id of the container that runs. */
    declare readonly container: pulumi.Output<string>;

    constructor(name: string, args: TakeoverArgs, opts?: pulumi.CustomResourceOptions) {
        super("berth:index:Takeover", name, { ...args }, opts);
    }
}
