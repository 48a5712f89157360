import * as pulumi from "@pulumi/pulumi";

/** An address of an app. */
export interface IpAddressArgs {
    /** Name of the app. A change replaces the address. */
    app: pulumi.Input<string>;
    /** `shared_v4`, `v6`, `v4` (paid) or `private_v6`. A change replaces the address. */
    type: pulumi.Input<string>;
    /** Region of a dedicated address. A change replaces the address. @default all of them */
    region?: pulumi.Input<string>;
}

/** An address under which Fly's proxy answers for an app. */
export class IpAddress extends pulumi.CustomResource {
    /** The address. */
    declare readonly address: pulumi.Output<string>;

    constructor(name: string, args: IpAddressArgs, opts?: pulumi.CustomResourceOptions) {
        super("fly:index:IpAddress", name, { ...args, address: undefined }, opts);
    }
}
