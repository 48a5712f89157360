import * as pulumi from "@pulumi/pulumi";
import { MachineConfigArgs } from "./machineConfig";

/** Machines of one kind. */
export interface MachineGroupArgs {
    /** Name of their app. A change replaces the group. */
    app: pulumi.Input<string>;
    /** Name of the group, unique in the app. A change replaces it. @default "app" */
    group?: pulumi.Input<string>;
    /** What they run. A change is a release. */
    config: pulumi.Input<MachineConfigArgs>;
    /** How many run in each region: `{ iad: 2 }`. */
    regions: pulumi.Input<Record<string, pulumi.Input<number>>>;
    /** Version of the app's secrets that they wait for; another one is a release. */
    secretsVersion?: pulumi.Input<number>;
    /** `bluegreen`: all at once. `rolling`: a batch at a time. @default "bluegreen" */
    strategy?: pulumi.Input<string>;
    /** Machines of one batch with `rolling`. @default a third of all */
    batchSize?: pulumi.Input<number>;
    /** Command that has to succeed on a machine of its own, with the new image, before anything is replaced. */
    releaseCommand?: pulumi.Input<pulumi.Input<string>[]>;
    /** How long that command may take, in seconds. @default 300 */
    releaseCommandTimeoutSeconds?: pulumi.Input<number>;
    /** How long a new machine may take until it is healthy, in seconds. @default 300 */
    healthyTimeoutSeconds?: pulumi.Input<number>;
    /** How long new and old machines serve side by side, in seconds. @default 10 */
    settleSeconds?: pulumi.Input<number>;
    /** How long an old machine has for what it is busy with before it is told to stop, in seconds. @default 10 */
    drainSeconds?: pulumi.Input<number>;
}

/** Machines of one kind, so many in each region, replaced by releases that leave the old ones in place when they fail. */
export class MachineGroup extends pulumi.CustomResource {
    /** Ids of the machines that serve. */
    declare readonly machineIds: pulumi.Output<string[]>;
    /** The image that served before the last one; empty before the second. */
    declare readonly previousImage: pulumi.Output<string>;

    constructor(name: string, args: MachineGroupArgs, opts?: pulumi.CustomResourceOptions) {
        super(
            "fly:index:MachineGroup",
            name,
            { ...args, machineIds: undefined, previousImage: undefined },
            opts,
        );
    }
}
