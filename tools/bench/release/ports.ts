import { randomInt } from "node:crypto";
import net from "node:net";

/** Below those that the kernel gives to clients: the load alone has thousands of these, and would take one from a proxy. */
const [FIRST, LAST] = [20_000, 30_000];

/** A port of the loopback address that nobody listens on, and that nobody is given by chance. */
export async function freePort(): Promise<number> {
    for (;;) {
        const port = randomInt(FIRST, LAST);
        if (await isFree(port)) {
            return port;
        }
    }
}

function isFree(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const server = net.createServer();
        server.once("error", () => resolve(false));
        server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
}
