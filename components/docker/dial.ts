import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { sshFileOptions } from "../../lib/ssh";
import { EngineProvider, HostReady } from "../../providers/sdk";
import { imageOf } from "../images";
import { Server } from "../server";
import { Engine } from "./engine";
import { DockerPlatformArgs, ServerArgs } from "./platformArgs";
import { TunnelConnector } from "./tunnelConnector";

/** A first boot installs Docker: a few minutes, and twenty of them on a bad day. */
const DEFAULT_READY_TIMEOUT_SECONDS = 1200;

/** Both providers dial alike: the same address, the same options. Docker's waits until a server of ours is ready. */
export function dial(platform: pulumi.Resource, args: DockerPlatformArgs): Engine {
    const { prefix, server, sshOpts = [], protect = true, images } = args;
    const host = server?.server.engine ?? args.host ?? "";
    const options = [...(server ? sshFileOptions(server.sshFolder) : []), ...sshOpts];
    const berth = new EngineProvider(
        "engine",
        { host, sshOpts, ssh: server && accessOf(server) },
        { parent: platform },
    );
    const readyHost = server ? waitFor(server, host, berth, platform) : host;
    const dockerProvider = (name: string, more: docker.ProviderArgs) =>
        new docker.Provider(
            name,
            { host: readyHost, sshOpts: options, ...more },
            // The other provider writes the files that `ssh` needs.
            { parent: platform, ...(server && { dependsOn: berth }) },
        );
    return {
        prefix,
        protect,
        dataRoot: server?.server.dataRoot,
        imageOf: (reference) => imageOf(images, reference),
        docker: dockerProvider("engine", {}),
        berth,
        dockerWith: (name, registry) => dockerProvider(name, { registryAuth: [registry] }),
    };
}

function accessOf({ server, sshFolder, proxyCommand }: ServerArgs) {
    return { folder: sshFolder, privateKey: server.privateKey, hostKey: server.hostKey, proxyCommand };
}

/** The server's engine, known once its first boot is over. */
function waitFor(
    { server, readyTimeoutSeconds = DEFAULT_READY_TIMEOUT_SECONDS }: ServerArgs,
    host: pulumi.Input<string>,
    provider: EngineProvider,
    parent: pulumi.Resource,
): pulumi.Output<string> {
    const ready = new HostReady(
        "host",
        {
            server: server.id,
            userData: server.userData,
            sshFrom: server.sshFrom,
            timeoutSeconds: readyTimeoutSeconds,
        },
        // What the server was made with stays what it was made with, until there is another server.
        { parent, provider, dependsOn: server.requires, ignoreChanges: ["userData"] },
    );
    pulumi.all([ready.userData, server.userData]).apply(([used, wanted]) => {
        if (used !== wanted) {
            void pulumi.log.warn(
                "The server was made with other user data than the program has now. It keeps what it was made with: " +
                    "a server takes user data only when it is made. To bring it in place, rebuild the server " +
                    "(npm run rebuild): data volume and addresses stay.",
                parent,
            );
        }
    });
    return pulumi.all([ready.id, host]).apply(([, address]) => address);
}

/**
 * Ties every resource on a server to that server's identity: another server has all of it made anew, and nobody dials the
 * old one to take things away that went with it. Without this an update reports success over an empty host.
 */
export function tiedTo(
    { id, resource }: Server,
    opts: pulumi.ComponentResourceOptions = {},
): pulumi.ComponentResourceOptions {
    const tie: pulumi.ResourceTransformation = (args) =>
        isOnHost(args.resource, args.type)
            ? {
                  props: args.props,
                  opts: pulumi.mergeOptions(args.opts, {
                      replacementTrigger: id,
                      ...(!endsInOrder(args) && { deletedWith: resource }),
                      ...(args.type === VOLUME && { retainOnDelete: true }),
                  }),
              }
            : undefined;
    return pulumi.mergeOptions(opts, { transformations: [tie] });
}

/**
 * All else on an engine is told apart by an id that no other engine has. A volume is known by its name alone: taking the old
 * server's away would hit the new server's. On a server it holds no data: that is in folders of the disk.
 */
const VOLUME = "docker:index/volume:Volume";

/**
 * A tunnel cannot be deleted while it has connections: its connectors end them when they are stopped, and not when their
 * server is gone from one moment to the next.
 */
function endsInOrder({ type, opts }: pulumi.ResourceTransformationArgs): boolean {
    return type === "docker:index/container:Container" && opts.parent instanceof TunnelConnector;
}

/** Providers only dial; passwords stand in the state and outlive every server. */
function isOnHost(resource: pulumi.Resource, type: string): boolean {
    return (
        resource instanceof pulumi.CustomResource &&
        !(resource instanceof pulumi.ProviderResource) &&
        (type.startsWith("docker:") || type.startsWith("berth:"))
    );
}
