import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Connected } from "./connect";
import type { Answer } from "./exchange";
import { relay } from "./forward";
import { responseHeaders } from "./headers";
import type { Passage } from "./passage";

/** Headers with which a machine is asked for another protocol: they are the connection's, and are made anew. */
export function upgradeHeaders({ headers }: IncomingMessage): string[] {
    return ["connection", "Upgrade", "upgrade", headers.upgrade ?? ""];
}

/** Joins a client and a machine that have agreed on another protocol, until one of them goes. */
export async function deliverUpgrade(
    passage: Passage,
    client: Socket,
    clientHead: Buffer,
    answer: Answer,
    { slot }: Connected,
): Promise<void> {
    const { message, upgraded } = answer;
    if (upgraded === undefined) {
        await relay(passage, answer);
        return;
    }
    passage.response.detachSocket(client);
    const protocol = ["connection", "Upgrade", "upgrade", message.headers.upgrade ?? ""];
    client.write(headOf(message, [...responseHeaders(message, passage.requestId), ...protocol]));
    client.write(upgraded.head);
    upgraded.socket.write(clientHead);
    await join(client, upgraded.socket, () => slot.failed());
}

/** Both ways, byte by byte; `onFailure` when it was the machine that broke it off. */
async function join(client: Socket, machine: Socket, onFailure: () => void): Promise<void> {
    machine.on("error", () => {
        if (!client.destroyed) {
            onFailure();
        }
    });
    client.on("error", () => client.destroy());
    const closed = [[client, machine] as const, [machine, client] as const].map(async ([from, to]) => {
        await new Promise((resolve) => from.once("close", resolve));
        to.destroySoon();
    });
    client.pipe(machine);
    machine.pipe(client);
    await Promise.all(closed);
}

function headOf({ statusCode = 101, statusMessage = "" }: IncomingMessage, headers: string[]): string {
    const lines = [`HTTP/1.1 ${statusCode} ${statusMessage}`];
    for (let at = 0; at + 1 < headers.length; at += 2) {
        lines.push(`${headers[at] ?? ""}: ${headers[at + 1] ?? ""}`);
    }
    return `${lines.join("\r\n")}\r\n\r\n`;
}
