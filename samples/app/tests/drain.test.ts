import { Agent, IncomingMessage, ServerResponse, createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { watchConnections } from "../src/drain";

test("a connection whose answer had begun before the end is closed after it", async () => {
    const server = createServer();
    const drain = watchConnections(server);
    const begun = new Promise<ServerResponse>((resolve) => {
        server.on("request", (_, response) => {
            // The head says that the connection is kept, and cannot be taken back.
            response.write("first ");
            resolve(response);
        });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const agent = new Agent({ keepAlive: true });
    const { port } = server.address() as AddressInfo;
    const head = new Promise<IncomingMessage>((resolve, reject) => {
        get({ host: "127.0.0.1", port, agent }, resolve).once("error", reject);
    });
    const response = await begun;
    const message = await head;
    expect(message.headers.connection).toBe("keep-alive");

    const closed = drain.close();
    response.end("last");
    let text = "";
    for await (const chunk of message.setEncoding("utf8")) {
        text += String(chunk);
    }
    expect(text).toBe("first last");
    await closed;
    expect(drain.terminate()).toBe(0);
    agent.destroy();
});
