import { once } from "node:events";
import { connect } from "node:http2";
import { text } from "node:stream/consumers";
import { OTHER_ACCOUNT } from "../support/cloudflare";
import { EdgeScene, endScenes, HOST } from "../support/cloudflareEdge";
import { answerOf, ask, open } from "../support/edgeClient";
import { answer, answerHead, textOf } from "../support/scriptedConnector";

afterEach(endScenes);

describe("the edge", () => {
    it("hands a request to the tunnel's connector, with the visitor's headers and its own", async () => {
        const scene = await EdgeScene.start();
        await scene.dial((stream, headers) => answer(stream, { body: JSON.stringify(headers) }));
        const { status, headers, body } = await scene.ask("/rows?page=2", {
            headers: {
                "x-mine": "1",
                "x-forwarded-for": "192.0.2.1",
                "x-forwarded-proto": "gopher",
                "cf-connecting-ip": "192.0.2.66",
                connection: "x-mine-too",
                "x-mine-too": "2",
            },
        });
        expect(status).toBe(200);
        expect(headers).toMatchObject({
            server: "cloudflare",
            "cf-ray": expect.stringMatching(/^[0-9a-f]{16}-SIM$/) as unknown,
        });
        expect(JSON.parse(body)).toEqual({
            ":method": "GET",
            ":scheme": "https",
            ":authority": HOST,
            ":path": "/rows?page=2",
            "x-mine": "1",
            "cf-connecting-ip": "127.0.0.1",
            "cf-ipcountry": "XX",
            "cf-ray": headers["cf-ray"],
            "cf-visitor": '{"scheme":"https"}',
            "cdn-loop": "cloudflare; loops=1",
            "x-forwarded-for": "192.0.2.1, 127.0.0.1",
            "x-forwarded-proto": "https",
        });
    });

    it("serves plain HTTP as well, and redirects nobody", async () => {
        const scene = await EdgeScene.start();
        await scene.dial((stream, headers) => answer(stream, { body: String(headers["x-forwarded-proto"]) }));
        expect(await ask(scene.edge.httpPort, "/", { host: HOST })).toMatchObject({
            status: 200,
            body: "http",
        });
    });

    it("sends bodies on, with their length or without, and gives back what the origin says", async () => {
        const scene = await EdgeScene.start();
        await scene.dial((stream, headers) => {
            void textOf(stream).then((body) =>
                answer(stream, {
                    status: 201,
                    headers: [
                        ["Set-Cookie", "a=1"],
                        ["Set-Cookie", "b=2"],
                        ["Location", "/rows/1"],
                        ["Connection", "close"],
                    ],
                    body: `${headers["content-length"] ?? "none"} ${body}`,
                }),
            );
        });
        const length = { "content-length": "5" };
        const sent = await scene.ask("/rows", { method: "POST", headers: length, body: "value" });
        expect(sent).toMatchObject({ status: 201, body: "5 value" });
        expect(sent.headers).toMatchObject({ "set-cookie": ["a=1", "b=2"], location: "/rows/1" });
        const chunked = { "transfer-encoding": "chunked" };
        expect(await scene.ask("/rows", { method: "PUT", headers: chunked, body: "more" })).toMatchObject({
            body: "none more",
        });
    });

    it("speaks HTTP/2 with who can, and hands cookies on in one header", async () => {
        const scene = await EdgeScene.start();
        await scene.dial((stream, { cookie }) =>
            answer(stream, {
                headers: [
                    ["Set-Cookie", "a=1"],
                    ["Set-Cookie", "b=2"],
                ],
                body: String(cookie),
            }),
        );
        const session = connect(`https://127.0.0.1:${scene.edge.httpsPort}`, {
            ca: scene.trusted,
            servername: HOST,
        });
        try {
            const stream = session.request({ ":authority": HOST, cookie: ["a=1", "b=2"] });
            const [head] = (await once(stream, "response")) as [Readonly<Record<string, unknown>>];
            expect(head).toMatchObject({ ":status": 200, "set-cookie": ["a=1", "b=2"] });
            expect(await text(stream)).toBe("a=1; b=2");
        } finally {
            session.destroy();
        }
    });

    it("has the head of an answer go out before its body, and the body as it comes", async () => {
        const scene = await EdgeScene.start();
        let going: () => void = () => undefined;
        await scene.dial((stream) => {
            answerHead(stream);
            going = () => stream.end("end");
        });
        const outgoing = open(scene.edge.httpsPort, "/", { host: HOST, trusted: scene.trusted });
        outgoing.end();
        const head = await answerOf(outgoing);
        expect(head.statusCode).toBe(200);
        going();
        expect(await text(head)).toBe("end");
    });

    it("tells the connector when a visitor goes", async () => {
        const scene = await EdgeScene.start();
        let ended: (code: unknown) => void = () => undefined;
        const gone = new Promise((resolve) => (ended = resolve));
        await scene.dial((stream) => {
            answerHead(stream);
            stream.once("close", () => ended(stream.rstCode));
        });
        const outgoing = open(scene.edge.httpsPort, "/", { host: HOST, trusted: scene.trusted });
        outgoing.end();
        (await answerOf(outgoing)).destroy();
        const CANCEL = 8;
        expect(await gone).toBe(CANCEL);
    });

    it("cuts the answer off when the origin does", async () => {
        const scene = await EdgeScene.start();
        await scene.dial((stream) => {
            answerHead(stream);
            stream.write("beginning", () => stream.destroy(new Error("the origin is gone")));
        });
        await expect(scene.ask("/")).rejects.toMatchObject({ code: "ECONNRESET" });
    });
});

describe("where there is nobody to ask, the edge", () => {
    it("answers as Cloudflare does", async () => {
        const scene = await EdgeScene.start();
        expect(await scene.brief("/")).toBe("530 error code: 1033");
        expect(await scene.brief("/", { host: "none.shop.example" })).toBe("409 error code: 1001");
        await scene.record("direct.shop.example", { proxied: false });
        expect(await scene.brief("/", { host: "direct.shop.example" })).toBe("409 error code: 1001");
        const nobodys = "00000000-0000-4000-8000-000000000000.cfargotunnel.com";
        await scene.record("gone.shop.example", { content: nobodys });
        expect(await scene.brief("/", { host: "gone.shop.example" })).toBe("530 error code: 1016");
        await scene.record("far.shop.example", { type: "A", content: "198.51.100.7" });
        expect(await scene.brief("/", { host: "far.shop.example" })).toBe("523 error code: 523");
        const plain = await ask(scene.edge.httpPort, "/", { host: "web.nobodys.example" });
        expect(plain).toMatchObject({ status: 409, headers: { server: "cloudflare" } });
    });

    it("leads no zone to another account's tunnel", async () => {
        const scene = await EdgeScene.start();
        await scene.dial();
        const [other] = Object.values(scene.cloudflare.world.zones).filter(
            ({ account }) => account === OTHER_ACCOUNT,
        );
        expect(await scene.brief("/")).toBe("200 here");
        Object.values(scene.cloudflare.world.records).forEach((record) => {
            Object.assign(record, { zone: other?.id, name: "web.other.example" });
        });
        expect(await scene.brief("/", { host: "web.other.example" })).toBe("530 error code: 1016");
    });

    it("answers 502 for an origin that the connector does not reach, and for a line that breaks", async () => {
        const scene = await EdgeScene.start();
        const connector = await scene.dial((stream, { ":path": path }) => {
            if (path === "/broken") {
                connector.kill();
                return;
            }
            const meta = JSON.stringify({ src: "cloudflared" });
            stream.respond({ ":status": 502, "cf-cloudflared-response-meta": meta });
            stream.end();
        });
        expect(await scene.brief("/")).toBe("502 error code: 502");
        expect(await scene.brief("/broken")).toBe("502 error code: 502");
        expect(await scene.brief("/")).toBe("530 error code: 1033");
    });

    it("has no certificate for hosts of no zone, and for those two levels below one", async () => {
        const scene = await EdgeScene.start();
        await scene.record("deep.web.shop.example");
        await scene.record("shop.example");
        await scene.dial();
        expect(await scene.brief("/", { host: "shop.example" })).toBe("200 here");
        for (const host of ["deep.web.shop.example", "web.nobodys.example"]) {
            await expect(scene.ask("/", { host })).rejects.toThrow();
        }
        expect(await ask(scene.edge.httpPort, "/", { host: "deep.web.shop.example" })).toMatchObject({
            status: 200,
        });
    });
});
