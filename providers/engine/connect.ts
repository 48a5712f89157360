import { Agent } from "node:http";
import Docker from "dockerode";
import { bareHost, DialStdioAgent } from "./dialStdio";

/** Where an engine is and how it is reached. */
export interface EngineAddress {
    /** `unix:///var/run/docker.sock`, `ssh://user@host[:port]` or `tcp://host:port`. */
    readonly host: string;
    /** Options for the system's `ssh`. */
    readonly sshOpts: readonly string[];
}

/** A client of the engine. No connection is made before the first request. */
export function connect({ host, sshOpts }: EngineAddress): Docker {
    const url = URL.canParse(host) ? new URL(host) : undefined;
    switch (url?.protocol) {
        case "unix:":
            return client({ socketPath: decodeURIComponent(url.pathname) });
        case "ssh:":
            // The host of the requests is never looked up: the agent's connections all end at the engine.
            return client({ host: "engine", agent: new DialStdioAgent(url, sshOpts) });
        case "tcp:":
            return client({ host: bareHost(url), port: url.port || 2375 });
        default:
            throw new Error(
                `${host} is no address of a Docker engine: it starts with unix://, ssh:// or tcp://`,
            );
    }
}

/** Options of the client that its type declarations leave out, or do not let be absent. */
type ClientOptions = Docker.DockerOptions & { agent?: Agent; pathPrefix?: string };

/**
 * What is not said here the client would take from `DOCKER_HOST` and its like: another engine than the one that was asked
 * for.
 */
function client(options: ClientOptions): Docker {
    const unsaid = { host: undefined, port: undefined, ca: undefined, cert: undefined, key: undefined };
    const all: ClientOptions = {
        ...unsaid,
        timeout: undefined,
        pathPrefix: "/",
        protocol: "http",
        ...options,
    };
    return new Docker(all);
}

/** Ends the connections that are kept for later requests. */
export function disconnect(docker: Docker): void {
    (docker.modem as { agent?: Agent }).agent?.destroy();
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
