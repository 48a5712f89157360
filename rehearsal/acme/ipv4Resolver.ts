import * as dgram from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import * as packet from "dns-packet";

const LOOPBACK = "127.0.0.1";
/** Longer than any name server on this machine takes. */
const PATIENCE_MS = 5000;

/** A resolver on loopback that passes questions on, and that knows no IPv6 address of anything. */
export class Ipv4Resolver {
    private constructor(
        /** `address:port` */
        readonly address: string,
        private readonly socket: dgram.Socket,
    ) {}

    /** `upstream` is the name server that is asked: `address:port`. */
    static async start(upstream: string): Promise<Ipv4Resolver> {
        const socket = dgram.createSocket("udp4");
        const server = parse(upstream);
        socket.on("message", (message, asker) => {
            const reply = (answer: Buffer) => socket.send(answer, asker.port, asker.address, () => undefined);
            const none = withoutIpv6(message);
            if (none === undefined) {
                ask(server, message, reply);
            } else {
                reply(none);
            }
        });
        socket.bind(0, LOOPBACK);
        await once(socket, "listening");
        return new Ipv4Resolver(`${LOOPBACK}:${socket.address().port}`, socket);
    }

    async stop(): Promise<void> {
        this.socket.close();
        await once(this.socket, "close");
    }
}

/** The answer to a question for IPv6 addresses: none. Undefined for every other question. */
function withoutIpv6(message: Buffer): Buffer | undefined {
    try {
        const { id, type, questions = [], flags = 0 } = packet.decode(message);
        return type === "query" && questions.some((question) => question.type === "AAAA")
            ? packet.encode({ type: "response", id, questions, flags: flags & packet.RECURSION_DESIRED })
            : undefined;
    } catch {
        return undefined; // no question at all: the name server says what it thinks of it
    }
}

/** A socket for each question: its answer can't be taken for another's. */
function ask(server: URL, message: Buffer, reply: (answer: Buffer) => void): void {
    const host = server.hostname.replace(/^\[|\]$/g, "");
    const type = isIPv6(host) ? "udp6" : "udp4";
    const socket = dgram.createSocket({ type, signal: AbortSignal.timeout(PATIENCE_MS) });
    socket.once("message", (answer) => {
        reply(answer);
        socket.close();
    });
    // Who asked waits in vain then, as with any name server that is gone.
    socket.on("error", () => undefined);
    socket.send(message, Number(server.port), host, () => undefined);
}

function parse(server: string): URL {
    return new URL(`udp://${server}`);
}
