import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer, IncomingMessage, request, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { ENGINE_HOST } from "./onEngine";

/**
 * The tests' engine, at an address of its own where one container can't be seen while its name is taken: as it is while the
 * engine makes one for somebody who was killed.
 */
export class LateEngine {
    private hidden?: string;
    private refused: () => Promise<void> = () => Promise.resolve();
    private readonly file = path.join(tmpdir(), `berth-${randomUUID()}.sock`);
    private readonly server = createServer((incoming, response) => {
        this.handle(incoming, response).catch((error: unknown) => {
            response.destroy(error instanceof Error ? error : undefined);
        });
    });

    static async start(): Promise<LateEngine> {
        const engine = new LateEngine();
        engine.server.listen(engine.file);
        await once(engine.server, "listening");
        return engine;
    }

    get address(): string {
        return `unix://${this.file}`;
    }

    /** Hides a container; `refused` is done each time that the engine has refused to make another of its name. */
    hides(container: string, refused: () => Promise<void>): void {
        this.hidden = container;
        this.refused = refused;
    }

    shows(): void {
        this.hidden = undefined;
    }

    async stop(): Promise<void> {
        const closed = once(this.server, "close");
        this.server.close();
        this.server.closeAllConnections();
        await closed;
        rmSync(this.file, { force: true });
    }

    private async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
        const { pathname, searchParams } = new URL(incoming.url ?? "/", "http://engine");
        if (this.hidden !== undefined && pathname === `/containers/${this.hidden}/json`) {
            response.writeHead(404, { "content-type": "application/json" });
            response.end(JSON.stringify({ message: `No such container: ${this.hidden}` }));
            return;
        }
        const answer = await passOn(incoming, response);
        if (answer.statusCode === 409 && searchParams.get("name") === this.hidden) {
            await this.refused();
        }
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
    }
}

/** Asks the engine the same. Who leaves before the answer's end leaves the engine, too. */
async function passOn(incoming: IncomingMessage, response: ServerResponse): Promise<IncomingMessage> {
    const { method, url, headers } = incoming;
    const outgoing = request({ socketPath: new URL(ENGINE_HOST).pathname, method, path: url, headers });
    response.once("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
    const [answer] = (await once(outgoing, "response")) as [IncomingMessage];
    return answer;
}
