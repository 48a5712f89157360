import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";

/** SSH through the tunnel, for whoever holds one of the tokens: runners of a CI service have no fixed address. */
export interface AccessArgs {
    /** Host name that SSH comes in by. */
    host: string;
    /** Where the connector finds the SSH server: `ssh://172.31.255.241:22`. */
    service: string;
}

/** What its bearer comes through with. */
export interface AccessToken {
    readonly id: pulumi.Output<string>;
    /** Secret. */
    readonly secret: pulumi.Output<string>;
}

/** Puts Cloudflare Access in front of a host: only bearers of its service token come through. */
export function createAccess(
    name: string,
    accountId: string,
    { host }: AccessArgs,
    parent: pulumi.Resource,
): AccessToken {
    const token = new cloudflare.ZeroTrustAccessServiceToken(
        `${name}-ssh-token`,
        // Cloudflare's own default is a year: after that nothing would be deployed any more.
        { accountId, name: `${name}-ssh`, duration: "forever" },
        { parent },
    );
    const policy = new cloudflare.ZeroTrustAccessPolicy(
        `${name}-ssh-policy`,
        {
            accountId,
            name: `${name}-ssh`,
            decision: "non_identity",
            includes: [{ serviceToken: { tokenId: token.id } }],
        },
        { parent },
    );
    new cloudflare.ZeroTrustAccessApplication(
        `${name}-ssh-access`,
        {
            accountId,
            name: `${name}-ssh`,
            type: "self_hosted",
            destinations: [{ type: "public", uri: host }],
            policies: [{ id: policy.id, precedence: 1 }],
        },
        { parent },
    );
    return { id: token.clientId, secret: pulumi.secret(token.clientSecret) };
}
