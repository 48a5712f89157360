import { ClientHttp2Stream, constants, IncomingHttpHeaders } from "node:http2";
import { EDGE_ERROR } from "./edgeError";
import { Headers, isConnectorsOwn, originHeaders } from "./headers";

/** The head of an origin's answer; what follows comes on the stream. */
export interface Answer {
    readonly status: number;
    readonly headers: Headers;
}

/** Waits for the head of an answer; throws what the edge answers where there is none. */
export async function answerOn(stream: ClientHttp2Stream): Promise<Answer> {
    const head = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
        const lost = () => reject(EDGE_ERROR.badGateway("the connector's line broke"));
        stream.once("response", resolve).once("error", lost).once("close", lost);
    });
    const status = Number(head[constants.HTTP2_HEADER_STATUS]);
    if (isConnectorsOwn(head)) {
        stream.close(constants.NGHTTP2_CANCEL);
        throw EDGE_ERROR.badGateway("the connector does not reach the origin");
    }
    return { status, headers: originHeaders(head) };
}

/** Ends a stream whose visitor has gone. */
export function cancel(stream: ClientHttp2Stream): void {
    if (!stream.closed) {
        stream.close(constants.NGHTTP2_CANCEL);
    }
}
