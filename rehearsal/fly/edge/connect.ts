import { once } from "node:events";
import { connect, Socket } from "node:net";
import type { EdgeService } from "../edgeWorld";
import type { Dispatcher, Place, Search } from "./dispatch";

/** Like the real proxy's, too long for a machine that is there. */
const CONNECT_MS = 2000;

/** A machine that a request has a connection to: nothing was sent yet. */
export interface Connected extends Place {
    readonly socket: Socket;
}

/**
 * Connects a request to a machine. One that refuses the connection has got nothing, so another is tried; what has been
 * sent to a machine is never sent to another. Each request has a connection of its own: the real proxy keeps some for
 * about 4 s.
 */
export async function connectToMachine(
    dispatcher: Dispatcher,
    service: EdgeService,
    search: Search,
): Promise<Connected> {
    for (;;) {
        const { machine, slot } = await dispatcher.place(service, search);
        const socket = connect({ host: machine.address, port: service.internalPort, noDelay: true });
        try {
            await once(socket, "connect", {
                signal: AbortSignal.any([search.signal, AbortSignal.timeout(CONNECT_MS)]),
            });
            slot.sent();
            return { machine, slot, socket };
        } catch {
            socket.destroy();
            slot.free();
            search.tried.add(machine.id);
        }
    }
}
