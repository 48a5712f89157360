import { pipeline } from "node:stream/promises";
import { answerOn, cancel } from "./exchange";
import { requestHeaders, responseHeaders } from "./headers";
import type { Line } from "./line";
import { hasBody, Visitor, writeHead } from "./visitor";

/** Sends a request over a connector's line and its answer back; throws what the edge answers where there is none. */
export async function forward(line: Line, visitor: Visitor): Promise<void> {
    const { request, response, sent, visit } = visitor;
    const head = { ...requestHeaders(sent, visit), ":method": request.method, ":path": request.url };
    const body = hasBody(visitor);
    const stream = line.request(head, !body);
    response.once("close", () => cancel(stream));
    if (body) {
        // An origin may answer before it has read all of it; what is left then goes nowhere.
        request.pipe(stream);
    }
    const answer = await answerOn(stream);
    writeHead(response, answer.status, responseHeaders(answer.headers, visit));
    // The head is not kept until there is something to follow it.
    if ("flushHeaders" in response) {
        response.flushHeaders();
    }
    await pipeline(stream, response);
}
