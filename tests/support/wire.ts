import { once } from "node:events";
import { AddressInfo, connect, createServer, Server, Socket } from "node:net";

/** A wire between a client and a server, which can be cut without either being told. */
export class Wire {
    private readonly ends: (readonly [Socket, Socket])[] = [];

    private constructor(
        private readonly server: Server,
        /** `address:port` of its near end. */
        readonly address: string,
    ) {}

    /** Lays one to `address:port`. */
    static async to(far: string): Promise<Wire> {
        const [host = "", port = ""] = far.split(":");
        const server = createServer().listen(0, "127.0.0.1");
        await once(server, "listening");
        const wire = new Wire(server, `127.0.0.1:${(server.address() as AddressInfo).port}`);
        server.on("connection", (near) => {
            const end = connect(Number(port), host);
            [near, end].forEach((socket) => socket.on("error", () => undefined));
            near.pipe(end).pipe(near);
            wire.ends.push([near, end]);
        });
        return wire;
    }

    /** From now on nothing gets through, and nothing is closed. */
    cut(): void {
        this.ends.forEach(([near, end]) => {
            near.unpipe(end).pause();
            end.unpipe(near).pause();
        });
    }

    async end(): Promise<void> {
        this.ends.flat().forEach((socket) => socket.destroy());
        this.server.close();
        await once(this.server, "close");
    }
}
