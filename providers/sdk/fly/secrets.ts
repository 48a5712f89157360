import * as pulumi from "@pulumi/pulumi";

/** Secrets of an app. */
export interface SecretsArgs {
    /** Name of the app. A change replaces the secrets. */
    app: pulumi.Input<string>;
    /** Values by name. Kept secret. */
    values: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** Secrets of an app, which its machines have as environment variables from their next start on. */
export class Secrets extends pulumi.CustomResource {
    /** Version of the app's secrets, for its machines. */
    declare readonly secretsVersion: pulumi.Output<number>;
    /** Fly's digest of each value. */
    declare readonly digests: pulumi.Output<Record<string, string>>;

    constructor(name: string, args: SecretsArgs, opts?: pulumi.CustomResourceOptions) {
        super(
            "fly:index:Secrets",
            name,
            { ...args, values: pulumi.secret(args.values), secretsVersion: undefined, digests: undefined },
            pulumi.mergeOptions(opts, { additionalSecretOutputs: ["values"] }),
        );
    }
}
