import * as pulumi from "@pulumi/pulumi";
import { checkName } from "../../lib/names";
import { Problem } from "../../lib/problems";
import { Server } from "../server";
import { RouterArgs } from "./routerArgs";

/** A Docker engine and what stands in front of it. */
export interface DockerPlatformArgs {
    /**
     * Start of every name on the engine: two stacks on one engine need two prefixes. A change replaces everything, data
     * volumes included.
     */
    prefix: string;
    /** Address of an engine that is there: `unix:///var/run/docker.sock`, `ssh://user@host`. Only one of `host` and `server`. */
    host?: pulumi.Input<string>;
    /**
     * A server of the stack's own whose engine it is. Everything on it is tied to it: a new server has all of it made anew.
     * Only one of `host` and `server`.
     */
    server?: ServerArgs;
    /** Options for the system's `ssh`, used with an `ssh://` address. @default none */
    sshOpts?: string[];
    /** How the router is reached. */
    router: RouterArgs;
    /**
     * Whether data volumes and passwords refuse to be deleted or replaced.
     * @default true
     */
    protect?: boolean;
    /**
     * What is pulled for the images that the components name, by their reference, as a lock file has it:
     * `{ "redis:7": "redis@sha256:…" }`. When given, it has to name every image that is used.
     * @default each image's own reference
     */
    images?: Record<string, string>;
}

/** A server of the stack's own, and how it is reached. */
export interface ServerArgs {
    /** The server, as `HetznerVps.server` tells of it. */
    server: Server;
    /** Folder for the client's key and the known host, relative to the project. Written anew by each run. */
    sshFolder: string;
    /** Command that makes the connection, `%h` for the host. @default the server is reached directly */
    proxyCommand?: string;
    /** How long the server's first boot may take, in seconds. @default 1200 */
    readyTimeoutSeconds?: number;
}

/** All that is wrong with a platform's arguments. */
export function validatePlatform({ prefix, host, server }: DockerPlatformArgs): Problem[] {
    const problems = checkName("args.prefix", prefix);
    if ((host === undefined) === (server === undefined)) {
        problems.push({ path: "args.host", message: "only one of host and server, and one of them" });
    }
    return problems;
}
