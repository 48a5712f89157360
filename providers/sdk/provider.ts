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
    /** Key and known host for an `ssh://` address. @default the user's own */
    ssh?: SshAccessArgs;
}

/** What `ssh` needs to log in on a host and to know it. It is written to files before each run that needs it. */
export interface SshAccessArgs {
    /** Folder for the files, relative to the project. */
    folder: string;
    /** Private key in OpenSSH's format. Kept secret. */
    privateKey: pulumi.Input<string>;
    /** The host's public key, `ssh-ed25519 …`. A host with another one is refused. */
    hostKey: pulumi.Input<string>;
    /** Command that makes the connection, `%h` for the host. @default the host is reached directly */
    proxyCommand?: string;
}

/** Provider of the resources that `@pulumi/docker` lacks. */
export class EngineProvider extends pulumi.ProviderResource {
    constructor(name: string, args: EngineProviderArgs, opts?: pulumi.ResourceOptions) {
        const { host, sshOpts = [], ssh } = args;
        super(
            "berth",
            name,
            {
                host,
                sshOpts: pulumi.jsonStringify(sshOpts),
                ...(ssh && {
                    sshFolder: ssh.folder,
                    sshPrivateKey: pulumi.secret(ssh.privateKey),
                    sshHostKey: ssh.hostKey,
                    sshProxyCommand: ssh.proxyCommand,
                }),
            },
            opts,
        );
    }
}
