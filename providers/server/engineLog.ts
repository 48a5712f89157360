import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Shows a short-lived line beside a resource. */
export type Status = (urn: string, message: string) => void;

/** The engine that started the provider, as far as it wants to hear what goes on. */
export function engineLog(address: string | undefined): Status {
    if (address === undefined) {
        return () => undefined;
    }
    const client = new EngineClient(address, credentials.createInsecure());
    return (urn, message) => {
        const request = new LogRequest();
        request.setSeverity(LogSeverity.INFO);
        request.setEphemeral(true);
        request.setUrn(urn);
        request.setMessage(message);
        // Nobody waits for it: a status that is lost is no reason to fail.
        client.log(request, () => undefined);
    };
}
