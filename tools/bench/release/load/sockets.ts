import { WebSocket } from "ws";
import { HOST } from "../app/contract";
import { SocketCounts } from "./messages";

const RETRY_MS = 200;
const TALK_MS = 1000;
/** What `ws` says of an end without a close frame. */
const NO_CLOSE_FRAME = 1006;

/** Holds websockets open and says something on each of them every second; one that ends is opened anew. */
export class Sockets {
    private opened = 0;
    private closeFrames = 0;
    private cut = 0;
    private closing = false;
    private readonly open = new Set<WebSocket>();
    private readonly talk: NodeJS.Timeout;

    constructor(
        private readonly port: number,
        count: number,
    ) {
        for (let index = 0; index < count; index++) {
            this.connect();
        }
        this.talk = setInterval(() => this.say(), TALK_MS);
    }

    /** Ends all of them, which no longer counts. */
    close(): SocketCounts {
        this.closing = true;
        clearInterval(this.talk);
        for (const socket of this.open) {
            socket.terminate();
        }
        return { opened: this.opened, closeFrames: this.closeFrames, cut: this.cut };
    }

    private say(): void {
        for (const socket of this.open) {
            if (socket.readyState === WebSocket.OPEN) {
                socket.send("still here");
            }
        }
    }

    private connect(): void {
        const socket = new WebSocket(`ws://127.0.0.1:${this.port}/ws`, { headers: { host: HOST } });
        this.open.add(socket);
        let established = false;
        socket.on("open", () => {
            established = true;
            this.opened += 1;
        });
        // Its end is what counts, and comes after every error.
        socket.on("error", () => undefined);
        socket.on("close", (code) => {
            this.open.delete(socket);
            if (this.closing) {
                return;
            }
            if (established) {
                this.count(code);
            }
            setTimeout(() => {
                if (!this.closing) {
                    this.connect();
                }
            }, RETRY_MS);
        });
    }

    private count(code: number): void {
        if (code === NO_CLOSE_FRAME) {
            this.cut += 1;
        } else {
            this.closeFrames += 1;
        }
    }
}
