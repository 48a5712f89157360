import * as pulumi from "@pulumi/pulumi";

/** How a container is asked whether it is ready. At most one of `url` and `command`: without both it counts while it runs. */
export interface ReadyArgs {
    /** Id of the container. A new one is waited for anew. */
    container: pulumi.Input<string>;
    /** URL that has to answer 2xx; a redirect is followed. Asked from inside `from`, over its networks. */
    url?: pulumi.Input<string>;
    /** Container that asks for `url`: it needs a shell and `wget`. */
    from?: pulumi.Input<string>;
    /** Command that has to exit with 0, run in the container itself. */
    command?: pulumi.Input<string>[];
    /** Whether a container that runs as root fails at once. @default false */
    refuseRoot?: boolean;
    /** How long it has to go on answering before it counts as ready, in seconds. @default 0: its first answer will do */
    settleSeconds?: number;
    /**
     * Texts that a container's log may hold and that nobody is to see: what is secret of them is masked where a failure tells
     * the log. @default none
     */
    secrets?: pulumi.Input<string>[];
    /** Seconds until the wait is given up. */
    timeoutSeconds: number;
}

/**
 * A container that answers. Asked every 250 ms until it does. Fails with the container's app, image and last 50 log lines as
 * soon as it exits or starts over, or when the time is over; the next update waits again.
 *
 * Docker's own health check is for running: its first probe comes after a whole interval, and the Docker provider's
 * `wait` does not notice an exit.
 */
export class Ready extends pulumi.CustomResource {
    /** Id of the container that answered. */
    declare readonly container: pulumi.Output<string>;

    constructor(name: string, args: ReadyArgs, opts?: pulumi.CustomResourceOptions) {
        super("berth:index:Ready", name, { ...args }, opts);
    }
}
