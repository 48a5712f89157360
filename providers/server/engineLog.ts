import { credentials, Metadata } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Tells the user something about a resource. What is told first is shown first. */
export interface Reporter {
    /** A line that is gone with the next one. */
    status(urn: string, message: string): void;
    /** A line that stays. */
    info(urn: string, message: string): void;
    /** Waits until all that was told up to now has arrived, or can't: an answer to the engine may be the last thing it hears. */
    flushed(): Promise<void>;
    close(): void;
}

/** An engine on the same machine that does not take a line by then is about to end. */
const DEADLINE_MS = 10_000;

/** The engine that started the provider, as far as it wants to hear what goes on. */
export function engineLog(address: string | undefined): Reporter {
    const client =
        address === undefined ? undefined : new EngineClient(address, credentials.createInsecure());
    let sent: Promise<void> = Promise.resolve();
    const log = (urn: string, message: string, ephemeral: boolean) => {
        const request = new LogRequest();
        request.setSeverity(LogSeverity.INFO);
        request.setEphemeral(ephemeral);
        request.setUrn(urn);
        request.setMessage(message);
        // One after the other: the engine handles calls side by side, in any order.
        sent = sent.then(() => sendTo(client, request)).catch(() => undefined);
    };
    return {
        status: (urn, message) => {
            log(urn, message, true);
        },
        info: (urn, message) => {
            log(urn, message, false);
        },
        flushed: () => sent,
        close: () => {
            client?.close();
        },
    };
}

/** Whether it arrived or not: a line that is lost is no reason to fail. */
function sendTo(client: EngineClient | undefined, request: LogRequest): Promise<void> {
    return new Promise((resolve) => {
        if (client === undefined) {
            resolve();
        } else {
            client.log(request, new Metadata(), { deadline: Date.now() + DEADLINE_MS }, () => {
                resolve();
            });
        }
    });
}
