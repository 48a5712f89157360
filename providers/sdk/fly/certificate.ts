import * as pulumi from "@pulumi/pulumi";

/** A host name of one's own for an app. */
export interface CertificateArgs {
    /** Name of the app. A change replaces the certificate. */
    app: pulumi.Input<string>;
    /** The host name, or a wildcard `*.example.com`. A change replaces the certificate. */
    hostname: pulumi.Input<string>;
}

/** A host name for an app, with a certificate that Fly gets and renews as soon as the name leads to the app. */
export class Certificate extends pulumi.CustomResource {
    declare readonly hostname: pulumi.Output<string>;
    /** What Fly says of it at the last look: `active` when it is there. */
    declare readonly status: pulumi.Output<string>;
    /** What a CNAME record of the name leads to. */
    declare readonly dnsTarget: pulumi.Output<string>;
    /** Record that proves the name before it leads to the app. */
    declare readonly challengeName: pulumi.Output<string>;
    /** What that record, a CNAME, leads to. */
    declare readonly challengeTarget: pulumi.Output<string>;

    constructor(name: string, args: CertificateArgs, opts?: pulumi.CustomResourceOptions) {
        const outputs = {
            status: undefined,
            dnsTarget: undefined,
            challengeName: undefined,
            challengeTarget: undefined,
        };
        super("fly:index:Certificate", name, { ...args, ...outputs }, opts);
    }
}
