import { pipeline } from "node:stream/promises";
import type { EdgeService } from "../edgeWorld";
import { type Connected, connectToMachine } from "./connect";
import type { Dispatcher } from "./dispatch";
import { type Answer, exchange } from "./exchange";
import { type RawHeaders, requestHeaders, responseHeaders } from "./headers";
import type { Passage } from "./passage";
import { ProxyError } from "./proxyError";
import { Body, MAX_REPLAYS, parseReplay, preferencesOf, Replay } from "./replay";

/** Sends a request to a machine, and on to the next where an app asks for that; throws the proxy's own answer. */
export async function forward(
    dispatcher: Dispatcher,
    region: string,
    service: EdgeService,
    passage: Passage,
): Promise<void> {
    const { request, requestId, signal } = passage;
    const body = new Body(request);
    let replay: Replay | undefined;
    for (let times = 0; times <= MAX_REPLAYS; times += 1) {
        const wants = replay?.wants ?? preferencesOf(request);
        const search = { since: Date.now(), wants, tried: new Set<string>(), signal };
        const connected = await connectToMachine(dispatcher, service, search);
        const missed =
            wants.prefer !== undefined && wants.prefer !== connected.machine.id ? wants.prefer : undefined;
        const extra = [
            ...passage.connection,
            ...(missed === undefined ? [] : ["fly-preferred-instance-unavailable", missed]),
            ...(replay === undefined ? [] : ["fly-replay-src", replay.source]),
        ];
        const headers = requestHeaders(request, { requestId, region, extra });
        replay = await attempt(passage, body, connected, headers);
        if (replay === undefined) {
            return;
        }
    }
    throw new ProxyError(502, "PA02", `fly-replay came more than ${MAX_REPLAYS} times`);
}

/** Hands a whole answer on to the client. */
export async function relay({ response, requestId }: Passage, { message }: Answer): Promise<void> {
    response.writeHead(
        message.statusCode ?? 502,
        message.statusMessage ?? "",
        responseHeaders(message, requestId),
    );
    // The head is not kept until there is something to follow it.
    response.flushHeaders();
    // Who of the two went has been noted; both are closed now.
    await pipeline(message, response).catch(() => undefined);
}

async function attempt(
    passage: Passage,
    body: Body,
    connected: Connected,
    headers: RawHeaders,
): Promise<Replay | undefined> {
    const { machine, slot, socket } = connected;
    try {
        const answer = await exchange(passage.request, body, connected, headers, passage.signal);
        const header = answer.message.headers["fly-replay"];
        if (header !== undefined) {
            body.takeBack();
            return parseReplay([header].flat().join(), machine);
        }
        await passage.deliver(answer, connected);
        body.discard();
        return undefined;
    } catch (error) {
        if (error instanceof ProxyError && error.code === "PU02") {
            slot.failed();
        }
        throw error;
    } finally {
        socket.destroy();
        slot.free();
    }
}
