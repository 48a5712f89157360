import * as pulumi from "@pulumi/pulumi";

/** A server of the stack's own, as whatever stands on it has to know it. */
export interface Server {
    /** Its id at the cloud. Another id is another machine: everything on it is then made anew. */
    readonly id: pulumi.Output<string>;
    /** The server itself: what stands on it goes with it. */
    readonly resource: pulumi.Resource;
    /** What has to be there before the server can get ready: the attachment of its disk. */
    readonly requires: pulumi.Resource[];
    /** Address of its Docker engine, `ssh://user@address`. */
    readonly engine: pulumi.Output<string>;
    /** Private key that it lets in. Secret. */
    readonly privateKey: pulumi.Output<string>;
    /** Its own public key. */
    readonly hostKey: pulumi.Output<string>;
    /** Networks, as CIDR, that its limit of SSH connections exempts. */
    readonly sshFrom: string[];
    /** Hash of the user data that it is made with, but for what can change without another server. */
    readonly userData: pulumi.Output<string>;
    /** Folder on its data disk for the folders of data volumes. */
    readonly dataRoot: string;
}
