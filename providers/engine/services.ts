import Docker from "dockerode";
import { AnyKind, Context, defineKind, Kind } from "../server/kind";
import { Properties } from "../server/properties";
import { Connected } from "../server/server";
import { Host, hostOf } from "./host";
import { SshResult } from "./ssh";

/** What resources on a Docker engine's host use. */
export interface EngineServices {
    /** Throws while the engine's address is not known. */
    readonly docker: Docker;
    /** Runs a shell command on the engine's host. Throws where the engine is not reached over SSH. */
    readonly ssh: (command: string, signal: AbortSignal) => Promise<SshResult>;
}

export type EngineContext = Context<EngineServices>;

/** Connects to the host of a provider's configuration, whose address may not be known before the server is made. */
export function connectEngine(config: Properties): Connected<EngineServices> {
    const host = hostOf(config);
    const known = (): Host => {
        if (host === undefined) {
            throw new Error("the Docker engine's address is not known yet");
        }
        return host;
    };
    return {
        context: (call) => ({
            ...call,
            get docker() {
                return known().docker;
            },
            ssh: (command, signal) => known().ssh(command, signal),
        }),
        close: () => {
            host?.disconnect();
        },
    };
}

/** A kind of resource on a Docker engine's host. */
export function defineEngineKind<Inputs, Outputs>(
    kind: Kind<Inputs, Outputs, EngineServices>,
): AnyKind<EngineServices> {
    return defineKind(kind);
}
