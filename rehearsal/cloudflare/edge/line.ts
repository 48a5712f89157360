import { ClientHttp2Session, ClientHttp2Stream, connect, OutgoingHttpHeaders } from "node:http2";
import type { TLSSocket } from "node:tls";
import type { TunnelConfig } from "../state";
import { RegistrationServer, serveRegistration } from "./registration";

/** With it the edge tells a connector what a request is for; it is not the visitor's. */
const UPGRADE = "cf-cloudflared-proxy-connection-upgrade";

/** Room for answers that are read slower than they come, on each stream and on the line. */
const WINDOW_BYTES = 1 << 20;

/** A connector's line: it dialled the edge and serves HTTP/2 on it, and the edge asks. */
export class Line {
    private readonly session: ClientHttp2Session;
    private readonly pings: NodeJS.Timeout;
    private draining = false;

    constructor(
        socket: TLSSocket,
        /** A line that has not answered for this long is dead: a server that was cut off says no goodbye. */
        pingMs: number,
    ) {
        this.session = connect("https://connector", {
            createConnection: () => socket,
            settings: { enablePush: false, initialWindowSize: WINDOW_BYTES },
        });
        this.session.once("connect", () => this.session.setLocalWindowSize(16 * WINDOW_BYTES));
        // What goes wrong ends the line, and each stream on it hears of it.
        this.session.on("error", () => undefined);
        let answered = true;
        this.pings = setInterval(() => {
            if (!answered) {
                this.end();
            } else if (!this.session.closed) {
                answered = false;
                this.session.ping(() => (answered = true));
            }
        }, pingMs);
        this.session.once("close", () => clearInterval(this.pings));
    }

    /** Whether it takes new requests. */
    get open(): boolean {
        return !this.draining && !this.session.closed && !this.session.destroyed;
    }

    /** Lets the connector register, and takes its calls from then on. */
    control(server: RegistrationServer): void {
        const stream = this.ask({ ":method": "GET", ":path": "/", [UPGRADE]: "control-stream" }, false);
        stream.on("error", () => undefined);
        serveRegistration(stream, server);
    }

    /** Hands the connector its tunnel's rules. Resolves to what is wrong with them; empty when they hold. */
    async configure({ version, config }: TunnelConfig): Promise<string> {
        const stream = this.ask(
            { ":method": "POST", ":path": "/", [UPGRADE]: "update-configuration" },
            false,
        );
        stream.end(JSON.stringify({ version, config }));
        const chunks: Buffer[] = [];
        for await (const chunk of stream as AsyncIterable<Buffer>) {
            chunks.push(chunk);
        }
        const { err } = JSON.parse(Buffer.concat(chunks).toString()) as { err: string | null };
        return err ?? "";
    }

    /** Begins a visitor's request. */
    request(headers: OutgoingHttpHeaders, endStream: boolean): ClientHttp2Stream {
        return this.ask(headers, endStream);
    }

    /** Begins a visitor's websocket. */
    websocket(headers: OutgoingHttpHeaders): ClientHttp2Stream {
        return this.ask({ ...headers, [UPGRADE]: "websocket" }, false);
    }

    /** No new requests; when those under way are answered the line is closed. */
    drain(): void {
        this.draining = true;
        this.session.close();
    }

    /** Ends all of it at once. */
    end(): void {
        this.session.destroy();
    }

    onClose(listener: () => void): void {
        this.session.once("close", listener);
    }

    private ask(headers: OutgoingHttpHeaders, endStream: boolean): ClientHttp2Stream {
        return this.session.request(
            { ":scheme": "https", ":authority": "connector", ...headers },
            { endStream },
        );
    }
}
