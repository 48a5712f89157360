import { createHash } from "node:crypto";
import { once } from "node:events";
import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { connect } from "node:net";
import { EdgeScene, endScenes, HOST } from "../support/cloudflareEdge";
import { say } from "../support/edgeClient";
import { answer, answerHead } from "../support/scriptedConnector";

afterEach(endScenes);

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** An origin that takes the websocket and sends back each byte of what a client says, unmasked. */
function echo(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const key = String(headers["sec-websocket-key"]);
    const accept = createHash("sha1")
        .update(key + GUID)
        .digest("base64");
    answerHead(stream, 200, [
        ["Connection", "Upgrade"],
        ["Upgrade", "websocket"],
        ["Sec-WebSocket-Accept", accept],
    ]);
    stream.on("data", (frame: Buffer) => {
        const mask = frame.subarray(2, 6);
        const text = Buffer.from(frame.subarray(6).map((byte, at) => byte ^ (mask[at % 4] ?? 0)));
        stream.write(Buffer.concat([Buffer.from([frame[0] ?? 0, text.length]), text]));
    });
}

describe("a websocket", () => {
    it("goes through, with its path and query, and ends at both ends", async () => {
        const scene = await EdgeScene.start();
        let asked: IncomingHttpHeaders = {};
        let ended: (value: unknown) => void = () => undefined;
        const closed = new Promise((resolve) => (ended = resolve));
        await scene.dial((stream, headers) => {
            asked = headers;
            echo(stream, headers);
            stream.once("close", ended);
        });
        const socket = await scene.socket("/live?room=1");
        expect([await say(socket, "hello"), await say(socket, "again")]).toEqual(["hello", "again"]);
        expect(asked).toMatchObject({
            ":method": "GET",
            ":path": "/live?room=1",
            ":authority": `${HOST}:${scene.edge.httpsPort}`,
            "cf-cloudflared-proxy-connection-upgrade": "websocket",
            "sec-websocket-version": "13",
            "cf-connecting-ip": "127.0.0.1",
        });
        expect(Object.keys(asked)).not.toContain("connection");
        socket.terminate();
        await closed;
    });

    it("ends for the visitor when its connector is cut off", async () => {
        const scene = await EdgeScene.start();
        const connector = await scene.dial(echo);
        const socket = await scene.socket("/live?room=1");
        const closed = once(socket, "close");
        connector.kill();
        await closed;
    });

    it("that the origin does not take gets the origin's answer", async () => {
        const scene = await EdgeScene.start();
        await scene.dial((stream) => answer(stream, { status: 403, body: "no" }));
        await expect(scene.socket("/live?room=1")).rejects.toThrow("status 403");
    });

    it("to a tunnel that nobody serves is answered as any request", async () => {
        await expect((await EdgeScene.start()).socket("/")).rejects.toThrow("status 530");
    });

    it("may say something before it is taken", async () => {
        const scene = await EdgeScene.start();
        await scene.dial(echo);
        const client = connect(scene.edge.httpPort, "127.0.0.1");
        const head = [
            ...["GET / HTTP/1.1", `Host: ${HOST}`, "Connection: Upgrade", "Upgrade: websocket"],
            ...[
                "Sec-WebSocket-Version: 13",
                `Sec-WebSocket-Key: ${Buffer.alloc(16).toString("base64")}`,
                "",
                "",
            ],
        ];
        const frame = Buffer.concat([Buffer.from([0x81, 0x82, 0, 0, 0, 0]), Buffer.from("hi")]);
        client.write(Buffer.concat([Buffer.from(head.join("\r\n")), frame]));
        let received = "";
        for await (const chunk of client as AsyncIterable<Buffer>) {
            received += chunk.toString("latin1");
            if (received.endsWith("hi")) {
                break;
            }
        }
        expect(received).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
        expect(received.split("\r\n\r\n")[1]).toBe("\u0081\u0002hi");
    });
});
