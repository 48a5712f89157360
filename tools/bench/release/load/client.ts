import { Agent, IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { HOST, VERSION_HEADER } from "../app/contract";
import { Question } from "./questions";

/** How long a client waits for an answer, the slow ones' three seconds included. */
export const PATIENCE_MS = 10_000;

/** How a request ended. */
export interface Outcome {
    /** How it was lost; undefined for the right answer. */
    readonly lost?: string;
    /** Who answered. */
    readonly version?: string;
}

/** Asks one app on one port. It never asks again: whether a client would is not what is measured. */
export class Client {
    private readonly kept = new Agent({ keepAlive: true });

    constructor(private readonly port: number) {}

    async ask(question: Question): Promise<Outcome> {
        try {
            const answer = await this.send(question);
            const body = await text(answer);
            const version = answer.headers[VERSION_HEADER]?.toString();
            return { version, lost: verdict(answer.statusCode ?? 0, body, question.expected) };
        } catch (error) {
            return { lost: kindOf(error) };
        }
    }

    close(): void {
        this.kept.destroy();
    }

    private send({ method, path, body, keepAlive }: Question): Promise<IncomingMessage> {
        return new Promise((resolve, reject) => {
            const outgoing = request({
                host: "127.0.0.1",
                port: this.port,
                method,
                path,
                agent: keepAlive ? this.kept : false,
                headers: { host: HOST },
                signal: AbortSignal.timeout(PATIENCE_MS),
            });
            outgoing.once("response", resolve).once("error", reject);
            outgoing.end(body);
        });
    }
}

/** An answer of a proxy's own is as lost as none: it has another status, or another body. */
export function verdict(status: number, body: string, expected: string): string | undefined {
    if (status !== 200) {
        return `status ${status}`;
    }
    return body === expected ? undefined : "wrong body";
}

/** The kind of an error, in few words that do not change from one request to the next. */
export function kindOf(error: unknown): string {
    const { name, code, message } = error as NodeJS.ErrnoException;
    if (name === "AbortError" || name === "TimeoutError") {
        return "timeout";
    }
    return typeof code === "string" ? code : message;
}
