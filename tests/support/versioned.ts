/**
 * An app for tests of releases, in one line of JavaScript: `node -e VERSIONED`. It answers its version, waits on `/slow?ms=`,
 * takes websockets, and on SIGTERM tells these that it goes away (1001) and ends at once. Variables make it misbehave:
 * `EXIT_AT_START`, `NEVER_READY`, `RED_AFTER_MS` (healthy until so long after the first question for its health), `RED_SERVING_MS`
 * (until so long after it was asked for anything else: the route has moved to it).
 */
export const VERSIONED = `
const { createHash } = require("node:crypto");
const { VERSION, EXIT_AT_START, NEVER_READY, RED_AFTER_MS, RED_SERVING_MS } = process.env;
console.log("version " + VERSION + " starts");
if (EXIT_AT_START) { console.error("last words of " + VERSION); process.exit(3); }
const open = new Set();
let asked, serving;
const isOver = (since, ms) => ms !== undefined && since !== undefined && Date.now() - since > Number(ms);
const healthy = () => {
    asked ??= Date.now();
    return !NEVER_READY && !isOver(asked, RED_AFTER_MS) && !isOver(serving, RED_SERVING_MS);
};
const server = require("node:http").createServer((request, response) => {
    const url = new URL(request.url, "http://x");
    if (url.pathname !== "/health") { serving ??= Date.now(); }
    request.resume().on("end", () => setTimeout(() => {
        response.statusCode = url.pathname === "/health" && !healthy() ? 503 : 200;
        response.end(VERSION);
    }, Number(url.searchParams.get("ms"))));
});
server.on("upgrade", (request, socket) => {
    const accept = createHash("sha1").update(request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    socket.write("HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n" +
        "Sec-WebSocket-Accept: " + accept.digest("base64") + "\\r\\n\\r\\n");
    open.add(socket.on("error", () => undefined));
});
process.on("SIGTERM", () => {
    for (const socket of open) { socket.write(Buffer.from([0x88, 0x02, 0x03, 0xe9])); }
    setImmediate(() => process.exit());
});
server.listen(3000);`;
