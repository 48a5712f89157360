import { SetupError } from "../../tools/setup/errors";
import { Listener, listenerOf } from "../../tools/setup/ports";

/** What the engine listens with on a port that a container publishes. */
const PROXY = "docker-proxy";

/** Name servers and edges answer where they do outside: on ports that somebody may have on every address. */
export function explainPort(
    error: unknown,
    find: (port: number) => Listener | undefined = listenerOf,
): never {
    const { code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
    if (code !== "EADDRINUSE" || port === undefined) {
        throw error;
    }
    const { program = "another program", pid } = find(port) ?? {};
    const taken = `Port ${port} of ${address ?? "the bridge"} is taken by`;
    if (program === PROXY) {
        throw new SetupError(
            `${taken} a container that publishes it.`,
            `Stop it, and run this again: docker ps --filter publish=${port}`,
        );
    }
    const who = pid === undefined ? program : `${program} (process ${pid})`;
    throw new SetupError(`${taken} ${who}.`, "End it, and run this again.");
}
