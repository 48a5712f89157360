import * as pulumi from "@pulumi/pulumi";

/** A host to wait for. */
export interface HostReadyArgs {
    /** Id of the server. Another one is waited for anew. */
    server: pulumi.Input<string>;
    /** Hash of the user data that the server was made with. Another one is waited for anew. */
    userData: pulumi.Input<string>;
    /** Networks, as CIDR, that the host's limit of SSH connections exempts. A change is brought to the host. @default its rules are left alone */
    sshFrom?: string[];
    /** Seconds until the wait is given up. */
    timeoutSeconds: number;
}

/**
 * A host whose first boot is over: it lets us in and shows its own key, cloud-init has ended well, and its Docker engine
 * answers. It is asked over SSH, through the provider that the resource is given. Fails at once when another machine
 * answers, when cloud-init or the engine fails, with their own last lines; or when the time is over. The next update waits
 * again.
 */
export class HostReady extends pulumi.CustomResource {
    /** Id of the server that got ready. */
    declare readonly server: pulumi.Output<string>;
    /** Hash of the user data that it was made with. */
    declare readonly userData: pulumi.Output<string>;

    constructor(name: string, args: HostReadyArgs, opts?: pulumi.CustomResourceOptions) {
        super("berth:index:HostReady", name, { ...args }, opts);
    }
}
