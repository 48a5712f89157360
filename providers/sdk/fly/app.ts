import * as pulumi from "@pulumi/pulumi";

/** An app on Fly. */
export interface FlyAppArgs {
    /** Its name, unique across all of Fly. A change replaces the app. @default the resource's name */
    name?: pulumi.Input<string>;
    /** Slug of the organization. A change replaces the app. @default "personal" */
    organization?: pulumi.Input<string>;
    /** Private network of its own. A change replaces the app. @default the organization's */
    network?: pulumi.Input<string>;
}

/** A name under which machines and what belongs to them stand. Not deleted while it has a volume. */
export class App extends pulumi.CustomResource {
    declare readonly name: pulumi.Output<string>;
    declare readonly organization: pulumi.Output<string>;
    declare readonly network: pulumi.Output<string | undefined>;
    /** Where Fly's proxy answers for it: `my-app.fly.dev`. */
    declare readonly hostname: pulumi.Output<string>;

    constructor(name: string, args: FlyAppArgs = {}, opts?: pulumi.CustomResourceOptions) {
        // What is left out is an output, too, from the start.
        const left = { name: undefined, organization: undefined, network: undefined, hostname: undefined };
        super("fly:index:App", name, { ...left, ...args }, opts);
    }
}
