import * as pulumi from "@pulumi/pulumi";
import { MachineConfigArgs, MountArgs } from "./machineConfig";

/** One machine that is kept. */
export interface MachineArgs {
    /** Name of its app. A change replaces the machine. */
    app: pulumi.Input<string>;
    /** Code of the region. A change replaces the machine. */
    region: pulumi.Input<string>;
    /** Its name, unique in the app. A change replaces the machine. @default Fly makes one up */
    name?: pulumi.Input<string>;
    /** What it runs. A change starts it anew in place. */
    config: pulumi.Input<MachineConfigArgs>;
    /** Its volumes. A change replaces the machine, the old one first. @default none */
    mounts?: pulumi.Input<pulumi.Input<MountArgs>[]>;
    /** Version of the app's secrets that it waits for; another one starts it anew. */
    secretsVersion?: pulumi.Input<number>;
    /** How long it may take until it is started and all its checks pass, in seconds. @default 300 */
    healthyTimeoutSeconds?: pulumi.Input<number>;
}

/** One machine, for what is not replaced but kept: a database with its volume. */
export class Machine extends pulumi.CustomResource {
    /** Its id at Fly. */
    declare readonly machineId: pulumi.Output<string>;
    /** Its address in the organization's private network. */
    declare readonly privateIp: pulumi.Output<string>;

    constructor(name: string, args: MachineArgs, opts?: pulumi.CustomResourceOptions) {
        super("fly:index:Machine", name, { ...args, machineId: undefined, privateIp: undefined }, opts);
    }
}
