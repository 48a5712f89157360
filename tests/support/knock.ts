import { connect, createServer, Server, Socket } from "node:net";
import { once } from "node:events";

/** How long a firewall that drops is waited for. That nobody has an address is known after three seconds. */
const PATIENCE_MS = { silence: 1_500, nobody: 15_000 } as const;

/** What somebody who connects meets: an open port, a closed one, nobody, or silence. */
export async function knock(
    host: string,
    port: number,
    expected: keyof typeof PATIENCE_MS = "silence",
): Promise<"open" | "closed" | "nobody" | "silence"> {
    const socket = connect({ host, port, timeout: PATIENCE_MS[expected] });
    try {
        return await new Promise((resolve, reject) => {
            socket
                .on("connect", () => resolve("open"))
                .on("timeout", () => resolve("silence"))
                .on("error", (error: NodeJS.ErrnoException) => {
                    const known = { ECONNREFUSED: "closed", EHOSTUNREACH: "nobody" } as const;
                    const met = known[error.code as keyof typeof known] as "closed" | "nobody" | undefined;
                    if (met === undefined) {
                        reject(error);
                    } else {
                        resolve(met);
                    }
                });
        });
    } finally {
        socket.destroy();
    }
}

/** A connection that is kept: what is said comes back. */
export class Echo {
    private constructor(private readonly socket: Socket) {}

    static async open(host: string, port: number): Promise<Echo> {
        const socket = connect({ host, port });
        await once(socket, "connect");
        return new Echo(socket);
    }

    async says(word: string): Promise<string> {
        this.socket.write(word);
        const [answer] = (await once(this.socket, "data", { signal: AbortSignal.timeout(10_000) })) as [
            Buffer,
        ];
        return answer.toString();
    }

    close(): void {
        this.socket.destroy();
    }
}

/** Somebody on this machine's side of the network: says "reached" to everybody. */
export class Listener {
    private constructor(
        private readonly server: Server,
        readonly port: number,
    ) {}

    static async start(host: string): Promise<Listener> {
        const server = createServer((socket) => socket.end("reached\n"));
        server.listen(0, host);
        await once(server, "listening");
        const address = server.address();
        return new Listener(server, typeof address === "object" && address !== null ? address.port : 0);
    }

    async stop(): Promise<void> {
        this.server.close();
        await once(this.server, "close");
    }
}
