import * as pulumi from "@pulumi/pulumi";

/** A pair of ed25519 keys for SSH, made once and kept in the stack's state. */
export class KeyPair extends pulumi.CustomResource {
    /** The private key in OpenSSH's format. Secret. */
    declare readonly privateKey: pulumi.Output<string>;
    /** The public key as it stands in `authorized_keys`: `ssh-ed25519 …`. */
    declare readonly publicKey: pulumi.Output<string>;

    constructor(name: string, opts?: pulumi.CustomResourceOptions) {
        super(
            "berth:index:KeyPair",
            name,
            { privateKey: undefined, publicKey: undefined },
            pulumi.mergeOptions(opts, { additionalSecretOutputs: ["privateKey"] }),
        );
    }
}
