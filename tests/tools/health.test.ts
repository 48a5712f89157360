import { createServer, Server } from "node:https";
import { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { ask } from "../../tools/health";
import { Certificate, selfSigned } from "../support/certificates";

const HOST = "shop.localhost";

let trusted: Certificate;
let server: Server;
let port: number;

beforeAll(async () => {
    trusted = await selfSigned("ecdsa", [HOST]);
    server = createServer({ key: trusted.key, cert: trusted.certificate }, (request, response) => {
        response.writeHead(request.url === "/health" ? 200 : 503).end();
    });
    new WebSocketServer({ server, path: "/ws" });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
});

afterAll(() => {
    server.close();
    server.closeAllConnections();
});

describe("a health check over TLS", () => {
    it.each([
        ["https", "/health", { healthy: true, detail: "200" }],
        ["https", "/other", { healthy: false, detail: "503" }],
        ["wss", "/ws", { healthy: true, detail: "101" }],
    ])("%s://…%s", async (scheme, path, answer) => {
        expect(await ask(`${scheme}://${HOST}:${port}${path}`, trusted.certificate)).toEqual(answer);
    });

    it("does not trust a certificate that nobody known has signed", async () => {
        expect(await ask(`https://${HOST}:${port}/health`)).toEqual({
            healthy: false,
            detail: "DEPTH_ZERO_SELF_SIGNED_CERT",
        });
    });

    it("does not trust a certificate for another host", async () => {
        expect(await ask(`https://other.localhost:${port}/health`, trusted.certificate)).toEqual({
            healthy: false,
            detail: "ERR_TLS_CERT_ALTNAME_INVALID",
        });
    });
});
