import { Agent } from "node:http";
import Docker from "dockerode";
import { DialStdioAgent } from "./dialStdio";

/** Where an engine is and how it is reached. */
export interface EngineAddress {
    /** `unix:///var/run/docker.sock`, `ssh://user@host[:port]` or `tcp://host:port`. */
    readonly host: string;
    /** Options for the system's `ssh`. */
    readonly sshOpts: readonly string[];
}

/** A client of the engine. No connection is made before the first request. */
export function connect({ host, sshOpts }: EngineAddress): Docker {
    const url = new URL(host);
    switch (url.protocol) {
        case "unix:":
            return new Docker({ socketPath: url.pathname });
        case "ssh:":
            // The host of the requests is never looked up: the agent's connections all end at the engine.
            return new Docker(
                throughAgent({ host: "engine", protocol: "http", agent: new DialStdioAgent(url, sshOpts) }),
            );
        case "tcp:":
            return new Docker({ host: url.hostname, port: url.port || 2375, protocol: "http" });
        default:
            throw new Error(
                `${host} is no address of a Docker engine: it starts with unix://, ssh:// or tcp://`,
            );
    }
}

/** The client takes an agent; its type declarations leave that out. */
function throughAgent(options: Docker.DockerOptions & { agent: Agent }): Docker.DockerOptions {
    return options;
}

/** Whether the engine answered that there is no such thing. */
export function isNotFound(error: unknown): boolean {
    return statusOf(error) === 404;
}

/** Whether the engine refused because of the state that the thing is in. */
export function isConflict(error: unknown): boolean {
    return statusOf(error) === 409;
}

function statusOf(error: unknown): unknown {
    return error instanceof Error && "statusCode" in error ? error.statusCode : undefined;
}
