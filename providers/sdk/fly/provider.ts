import * as pulumi from "@pulumi/pulumi";

/** How Fly is reached. */
export interface FlyProviderArgs {
    /**
     * Token that may change the organization's apps: `fly tokens create org` makes one. Kept secret.
     * @default the variable FLY_API_TOKEN
     */
    token?: pulumi.Input<string>;
    /**
     * Where the Machines API is.
     * @default the variable FLY_API_URL, else https://api.machines.dev
     */
    baseUrl?: pulumi.Input<string>;
}

/** Provider of the resources on Fly. */
export class FlyProvider extends pulumi.ProviderResource {
    constructor(name: string, args: FlyProviderArgs = {}, opts?: pulumi.ResourceOptions) {
        super("fly", name, { ...args, token: args.token && pulumi.secret(args.token) }, opts);
    }
}
