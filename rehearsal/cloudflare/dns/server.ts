import * as dgram from "node:dgram";
import { once } from "node:events";
import * as net from "node:net";
import * as packet from "dns-packet";
import { WorldState } from "../state";
import { answerTo, EdgeAddresses, RCODE, Reply } from "./answer";

/** What goes into one datagram where the asker does not say that it takes more (RFC 1035). */
const DATAGRAM_BYTES = 512;
const RECURSION_DESIRED = packet.RECURSION_DESIRED;
const QUERY = "QUERY";
/** How many ports are tried for one that is free for both. */
const TRIES = 10;

/** An authoritative name server for the world's zones, on UDP and on TCP. */
export class DnsServer {
    private readonly udp: dgram.Socket;
    private readonly tcp: net.Server;
    private readonly open = new Set<net.Socket>();

    constructor(
        private readonly world: WorldState,
        private readonly edge: EdgeAddresses,
        private readonly address: string,
    ) {
        this.udp = dgram.createSocket(net.isIPv6(address) ? "udp6" : "udp4");
        this.udp.on("message", (message, { address: asker, port }) => {
            const answer = this.answer(message, true);
            if (answer !== undefined) {
                // An asker that is gone is none of the server's concern.
                this.udp.send(answer, port, asker, () => undefined);
            }
        });
        this.tcp = net.createServer((socket) => {
            this.serve(socket);
        });
    }

    /** Listens; 0 for a port that is free for both. Resolves to `address:port`. */
    async listen(port: number): Promise<string> {
        for (let left = port === 0 ? TRIES - 1 : 0; ; left -= 1) {
            this.tcp.listen(port, this.address);
            await once(this.tcp, "listening");
            const { port: chosen } = this.tcp.address() as net.AddressInfo;
            this.udp.bind(chosen, this.address);
            try {
                await once(this.udp, "listening");
                return net.isIPv6(this.address) ? `[${this.address}]:${chosen}` : `${this.address}:${chosen}`;
            } catch (error) {
                // What is free on TCP may be taken on UDP.
                await new Promise((resolve) => this.tcp.close(resolve));
                if (left === 0 || (error as NodeJS.ErrnoException).code !== "EADDRINUSE") {
                    throw error;
                }
            }
        }
    }

    async close(): Promise<void> {
        const closed = [new Promise((resolve) => this.tcp.close(resolve)), once(this.udp, "close")];
        this.udp.close();
        this.open.forEach((socket) => socket.destroy());
        await Promise.all(closed);
    }

    private serve(socket: net.Socket): void {
        this.open.add(socket);
        let received = Buffer.alloc(0);
        socket.on("error", () => undefined);
        socket.on("close", () => this.open.delete(socket));
        socket.on("data", (chunk: Buffer) => {
            received = Buffer.concat([received, chunk]);
            for (let end = messageEnd(received); end !== undefined; end = messageEnd(received)) {
                const answer = this.answer(received.subarray(2, end), false);
                received = received.subarray(end);
                if (answer === undefined) {
                    socket.destroy();
                    return;
                }
                const length = Buffer.alloc(2);
                length.writeUInt16BE(answer.length);
                socket.write(Buffer.concat([length, answer]));
            }
        });
    }

    /** Undefined for what is no question: it gets no answer. */
    private answer(message: Buffer, inDatagram: boolean): Buffer | undefined {
        const asked = decode(message);
        if (asked?.type !== "query") {
            return undefined;
        }
        const { id, questions = [] } = asked;
        // What was asked for stays in the answer's flags; it is no offer.
        const kept = (asked.flags ?? 0) & RECURSION_DESIRED;
        const header = { type: "response", id, questions } as const;
        const { flags = 0, ...sections } = this.reply(asked);
        const whole = encode({ ...header, ...sections, flags: flags | kept });
        if (whole === undefined) {
            return encode({ ...header, flags: RCODE.serverFailure | kept });
        }
        return inDatagram && whole.length > roomOf(asked)
            ? encode({ ...header, flags: flags | kept | packet.TRUNCATED_RESPONSE })
            : whole;
    }

    private reply({ questions: [question, ...more] = [], opcode }: Asked): Reply {
        if (question === undefined || more.length > 0) {
            return { flags: RCODE.formatError };
        }
        return opcode === QUERY ? answerTo(this.world, this.edge, question) : { flags: RCODE.notImplemented };
    }
}

/** The library decodes more than its types tell. */
type Asked = packet.DecodedPacket & { readonly opcode?: string };

function decode(message: Buffer): Asked | undefined {
    try {
        return packet.decode(message);
    } catch {
        return undefined;
    }
}

/** Undefined for what can't go over the wire: whatever anybody asks must not end the server. */
function encode(answer: packet.Packet): Buffer | undefined {
    try {
        return packet.encode(answer);
    } catch {
        return undefined;
    }
}

/** Bytes that an asker takes in one datagram (RFC 6891). */
function roomOf({ additionals = [] }: packet.Packet): number {
    const option = additionals.find((each) => each.type === "OPT");
    return Math.max(DATAGRAM_BYTES, option?.udpPayloadSize ?? 0);
}

/** Over TCP each message comes behind its length. */
function messageEnd(received: Buffer): number | undefined {
    const end = received.length < 2 ? undefined : 2 + received.readUInt16BE(0);
    return end === undefined || received.length < end ? undefined : end;
}
