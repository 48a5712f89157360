import type { Duplex } from "node:stream";
import { firstMessage, StructReader } from "./capnp/read";
import { messageOf, numbers, PointerValue, StructValue } from "./capnp/write";

/** What a connector says of itself when it wants to serve a tunnel. */
export interface Registration {
    readonly account: string;
    /** Secret. Base64. */
    readonly secret: string;
    /** With dashes, as the API has it. */
    readonly tunnel: string;
    readonly clientId: string;
    readonly clientVersion: string;
}

/** What the edge answers: the id of the connection, or why there is none. */
export type RegistrationAnswer = { readonly id: string } | { readonly refusal: string };

/** The edge's end of a connector's control stream. */
export interface RegistrationServer {
    register(registration: Registration): RegistrationAnswer;
    /** No new requests; those under way are finished. */
    unregister(): void;
    /** After the answer to a registration has gone out. */
    registered(): void;
}

/** Kinds of messages in Cap'n Proto's RPC protocol (`rpc.capnp`), by their number there. */
const MESSAGE = { call: 2, return: 3, bootstrap: 8 };
const RESULTS = 0;
const EXCEPTION = 1;
/** A capability that lies with the sender. */
const SENDER_HOSTED = 1;
const UNIMPLEMENTED = 3;

/** `RegistrationServer` of cloudflared's `tunnelrpc.capnp`, and its methods. */
const INTERFACE = 0xf71695ec7fe85497n;
const METHOD = { register: 0, unregister: 1, configuration: 2 };

/** Where Cloudflare's places are named after airports. */
const LOCATION = "sim01";

/**
 * Answers a connector's calls. It knows what cloudflared sends and no more of the protocol: one object, whose methods are
 * answered at once. What can't be read ends the stream.
 */
export function serveRegistration(stream: Duplex, server: RegistrationServer): void {
    let received = Buffer.alloc(0);
    stream.once("end", () => stream.end());
    stream.on("data", (chunk: Buffer) => {
        received = Buffer.concat([received, chunk]);
        try {
            for (let next = firstMessage(received); next !== undefined; next = firstMessage(received)) {
                received = received.subarray(next.end);
                answer(next.root, stream, server);
            }
        } catch (error) {
            stream.destroy(error instanceof Error ? error : undefined);
        }
    });
}

function answer(message: StructReader, stream: Duplex, server: RegistrationServer): void {
    const sent = message.struct(0);
    switch (message.uint16(0)) {
        case MESSAGE.bootstrap:
            stream.write(returned(sent.uint32(0), RESULTS, payload({ capability: 0 }, true)));
            return;
        case MESSAGE.call:
            answerCall(sent, stream, server);
            return;
        default:
            // That a question is done with, or an object: nothing is kept of them.
            return;
    }
}

function answerCall(call: StructReader, stream: Duplex, server: RegistrationServer): void {
    const [question, method, params] = [call.uint32(0), call.uint16(4), call.struct(1).struct(0)];
    const reply = (struct: StructValue) => stream.write(returned(question, RESULTS, payload({ struct })));
    if (call.uint64(8) === INTERFACE && method === METHOD.register) {
        const result = server.register(readRegistration(params));
        reply({ pointers: [{ struct: connectionResponse(result) }] });
        server.registered();
    } else if (call.uint64(8) === INTERFACE && method === METHOD.unregister) {
        server.unregister();
        reply({});
    } else if (call.uint64(8) === INTERFACE && method === METHOD.configuration) {
        reply({});
    } else {
        const reason = { text: "Method not implemented" };
        const exception = { data: numbers(1, [4, 2, UNIMPLEMENTED]), pointers: [reason] };
        stream.write(returned(question, EXCEPTION, exception));
    }
}

function readRegistration(params: StructReader): Registration {
    const [auth, client] = [params.struct(0), params.struct(2).struct(0)];
    return {
        account: auth.text(0),
        secret: auth.data(1).toString("base64"),
        tunnel: uuidOf(params.data(1)),
        clientId: uuidOf(client.data(0)),
        clientVersion: client.text(2),
    };
}

/** `ConnectionResponse`: an error that is tried again like any other, or details. The rules come from the API. */
function connectionResponse(result: RegistrationAnswer): StructValue {
    if ("refusal" in result) {
        const error = { data: numbers(2), pointers: [{ text: result.refusal }] };
        return { data: numbers(1, [0, 2, 0]), pointers: [{ struct: error }] };
    }
    const remotelyManaged = numbers(1, [0, 1, 1]);
    const id = Buffer.from(result.id.replaceAll("-", ""), "hex");
    const details = { data: remotelyManaged, pointers: [{ bytes: id }, { text: LOCATION }] };
    return { data: numbers(1, [0, 2, 1]), pointers: [{ struct: details }] };
}

/** An answer to a question, as a whole message. */
function returned(question: number, which: number, struct: StructValue): Buffer {
    const answered = { data: numbers(2, [0, 4, question], [6, 2, which]), pointers: [{ struct }] };
    return messageOf({ data: numbers(1, [0, 2, MESSAGE.return]), pointers: [{ struct: answered }] });
}

function payload(content: PointerValue, withObject = false): StructValue {
    const object = { data: numbers(1, [0, 2, SENDER_HOSTED], [4, 4, 0]), pointers: [undefined] };
    return { pointers: [content, withObject ? { structs: [object] } : undefined] };
}

function uuidOf(bytes: Buffer): string {
    return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
