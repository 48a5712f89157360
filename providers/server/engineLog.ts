import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Tells the user something about a resource. */
export interface Reporter {
    /** A line that is gone with the next one. */
    status(urn: string, message: string): void;
    /** A line that stays. */
    info(urn: string, message: string): void;
}

/** The engine that started the provider, as far as it wants to hear what goes on. */
export function engineLog(address: string | undefined): Reporter {
    const client =
        address === undefined ? undefined : new EngineClient(address, credentials.createInsecure());
    const log = (urn: string, message: string, ephemeral: boolean) => {
        const request = new LogRequest();
        request.setSeverity(LogSeverity.INFO);
        request.setEphemeral(ephemeral);
        request.setUrn(urn);
        request.setMessage(message);
        // Nobody waits for it: a line that is lost is no reason to fail.
        client?.log(request, () => undefined);
    };
    return {
        status: (urn, message) => {
            log(urn, message, true);
        },
        info: (urn, message) => {
            log(urn, message, false);
        },
    };
}
