import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Listens on a loopback port, 0 for any that is free, and tells where: `http://127.0.0.1:41234`. */
export async function listenOnLoopback(server: Server, port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
        server.once("error", reject).listen(port, "127.0.0.1", resolve);
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Ends a server with the connections that are kept for later requests. */
export async function closeServer(server: Server): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
}
