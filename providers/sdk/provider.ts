import * as pulumi from "@pulumi/pulumi";

/** Which Docker engine the resources act on. The Docker provider takes the same two, so both dial alike. */
export interface EngineProviderArgs {
    /**
     * Address of the engine: `unix:///var/run/docker.sock`, `ssh://user@host`, `tcp://127.0.0.1:2375`. A change
     * replaces nothing.
     */
    host: pulumi.Input<string>;
    /** Options for the system's `ssh`, used with an `ssh://` address. @default none */
    sshOpts?: pulumi.Input<string>[];
}

/** Provider of the resources that `@pulumi/docker` lacks. */
export class EngineProvider extends pulumi.ProviderResource {
    constructor(name: string, args: EngineProviderArgs, opts?: pulumi.ResourceOptions) {
        super("berth", name, { host: args.host, sshOpts: pulumi.jsonStringify(args.sshOpts ?? []) }, opts);
    }
}
