import { once } from "node:events";
import { IncomingHttpHeaders, performServerHandshake, ServerHttp2Stream } from "node:http2";
import { connect, TLSSocket } from "node:tls";
import { firstMessage, StructReader } from "../../rehearsal/cloudflare/edge/capnp/read";
import { messageOf, numbers, StructValue } from "../../rehearsal/cloudflare/edge/capnp/write";

/** What a connector's token says. */
export interface ConnectorToken {
    readonly account: string;
    readonly tunnel: string;
    /** Base64. */
    readonly secret: string;
}

/** What a connector has been given as its rules. */
export interface GivenRules {
    readonly version: number;
    readonly config: unknown;
}

/** What a connector does with a visitor's request. */
export type Serve = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

const UPGRADE = "cf-cloudflared-proxy-connection-upgrade";
const INTERFACE = Buffer.from("9754e87fec9516f7", "hex");
const started: ScriptedConnector[] = [];

/** A connector that dials an edge as cloudflared does, and answers requests as a test wants. */
export class ScriptedConnector {
    readonly rules: GivenRules[] = [];
    /** What it says of its rules. */
    complaint: string | null = null;
    /** What the edge said to its registration: why not, or undefined. */
    readonly refusal: Promise<string | undefined>;
    /** When the edge has closed the line. */
    readonly closed: Promise<unknown>;
    /** Takes the rules that it has held back, and all that come later. */
    takeHeldRules: () => void = () => undefined;
    private control: ServerHttp2Stream | undefined;
    private questions = 1;
    private readonly mayTake: Promise<void>;

    private constructor(
        private readonly socket: TLSSocket,
        token: ConnectorToken,
        private readonly serve: Serve,
        holdsRules: boolean,
    ) {
        this.mayTake = new Promise((resolve) => (this.takeHeldRules = resolve));
        if (!holdsRules) {
            this.takeHeldRules();
        }
        this.closed = once(socket, "close");
        this.refusal = new Promise((resolve) => {
            performServerHandshake(socket).on("stream", (stream, headers) => {
                stream.on("error", () => undefined);
                switch (headers[UPGRADE]) {
                    case "control-stream":
                        this.control = stream;
                        void this.register(stream, token).then(resolve);
                        return;
                    case "update-configuration":
                        void this.takeRules(stream);
                        return;
                    default:
                        this.serve(stream, headers);
                }
            });
        });
    }

    /** Dials, and waits for the edge's word. */
    static async dial(
        edge: string,
        authority: string,
        token: ConnectorToken,
        serve: Serve = (stream) => answer(stream, { body: "here" }),
        holdsRules = false,
    ): Promise<ScriptedConnector> {
        const [host = "", port = ""] = edge.split(":");
        const socket = connect({ host, port: Number(port), ca: authority, servername: "h2.cftunnel.com" });
        await once(socket, "secureConnect");
        socket.on("error", () => undefined);
        const connector = new ScriptedConnector(socket, token, serve, holdsRules);
        started.push(connector);
        await connector.refusal;
        return connector;
    }

    /** Says that it wants no new requests; the edge has heard it when this resolves. */
    async unregister(): Promise<void> {
        const { control } = this;
        if (control === undefined) {
            throw new Error("the edge has asked for no control stream");
        }
        control.write(call(this.questions, 1, {}));
        this.questions += 1;
        await messageOn(control);
        control.end();
    }

    /** It ends without a word. */
    kill(): void {
        this.socket.destroy();
    }

    private async register(stream: ServerHttp2Stream, token: ConnectorToken): Promise<string | undefined> {
        stream.respond({ ":status": 200 });
        stream.write(
            messageOf({ data: numbers(1, [0, 2, 8]), pointers: [{ struct: { data: numbers(1) } }] }),
        );
        await messageOn(stream);
        stream.write(call(this.questions, 0, registration(token)));
        this.questions += 1;
        const response = (await messageOn(stream)).struct(0).struct(0).struct(0).struct(0);
        if (response.uint16(0) === 1) {
            return undefined;
        }
        stream.end();
        return response.struct(0).text(0);
    }

    private async takeRules(stream: ServerHttp2Stream): Promise<void> {
        this.rules.push(JSON.parse(await textOf(stream)) as GivenRules);
        await this.mayTake;
        stream.respond({ ":status": 200 });
        stream.end(JSON.stringify({ lastAppliedVersion: this.rules.length, err: this.complaint }));
    }
}

export function killConnectors(): void {
    started.splice(0).forEach((connector) => connector.kill());
}

/** Everything that comes on a stream. */
export async function textOf(stream: ServerHttp2Stream): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream as AsyncIterable<Buffer>) {
        chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
}

/** Sends the head of an origin's answer as cloudflared does: status, and headers in Base64. */
export function answerHead(
    stream: ServerHttp2Stream,
    status = 200,
    headers: readonly [string, string][] = [],
) {
    const encoded = headers.map((pair) =>
        pair.map((part) => Buffer.from(part).toString("base64").replaceAll("=", "")).join(":"),
    );
    stream.respond({
        ":status": status,
        "cf-cloudflared-response-headers": encoded.join(";"),
        "cf-cloudflared-response-meta": JSON.stringify({ src: "origin" }),
    });
}

/** A whole answer of an origin. */
export function answer(
    stream: ServerHttp2Stream,
    whole: {
        readonly status?: number;
        readonly headers?: readonly [string, string][];
        readonly body?: string;
    },
): void {
    answerHead(stream, whole.status, whole.headers);
    stream.end(whole.body);
}

function registration({ account, tunnel, secret }: ConnectorToken): StructValue {
    const auth = { pointers: [{ text: account }, { bytes: Buffer.from(secret, "base64") }] };
    const client = {
        pointers: [{ bytes: Buffer.alloc(16, 1) }, undefined, { text: "2000.1.0" }, { text: "linux" }],
    };
    const options = { data: numbers(1), pointers: [{ struct: client }, undefined] };
    const id = Buffer.from(tunnel.replaceAll("-", ""), "hex");
    return { data: numbers(1), pointers: [{ struct: auth }, { bytes: id }, { struct: options }] };
}

/** A call of a method of the object that the edge has given. */
function call(question: number, method: number, params: StructValue): Buffer {
    const data = Buffer.concat([numbers(1, [0, 4, question], [4, 2, method]), INTERFACE, numbers(1)]);
    const target = { struct: { data: numbers(1), pointers: [undefined] } };
    const payload = { struct: { pointers: [{ struct: params }, undefined] } };
    return messageOf({
        data: numbers(1, [0, 2, 2]),
        pointers: [{ struct: { data, pointers: [target, payload, undefined] } }],
    });
}

/** The next message on a control stream. */
async function messageOn(stream: ServerHttp2Stream): Promise<StructReader> {
    let received = Buffer.alloc(0);
    for (;;) {
        const chunk = (await once(stream, "data")) as [Buffer];
        received = Buffer.concat([received, ...chunk]);
        const message = firstMessage(received);
        if (message !== undefined) {
            return message.root;
        }
    }
}
