import type * as grpc from "@grpc/grpc-js";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

/** What the engine takes for there, though the call has failed. */
interface HalfMade {
    readonly id: string;
    readonly state: Record<string, JavaScriptValue>;
    readonly reasons: readonly string[];
}

/** A call that has failed, as the engine understands it. */
export class CallFailure extends Error {
    readonly left: HalfMade | undefined;

    constructor({ details, metadata }: grpc.ServiceError) {
        super(details);
        this.left = metadata.get("grpc-status-details-bin").map(halfMadeIn)[0];
    }
}

function halfMadeIn(trailer: grpc.MetadataValue): HalfMade {
    const [detail] = Status.deserializeBinary(trailer as Buffer).getDetailsList();
    const failed = detail?.unpack(
        (bytes) => messages.ErrorResourceInitFailed.deserializeBinary(bytes),
        "pulumirpc.ErrorResourceInitFailed",
    );
    if (failed === undefined || failed === null) {
        throw new Error("the trailer tells of nothing that was made by halves");
    }
    return {
        id: failed.getId(),
        state: failed.getProperties()?.toJavaScript() ?? {},
        reasons: failed.getReasonsList(),
    };
}

/** The failure that something ends with. */
export async function failureOf(doing: Promise<unknown>): Promise<CallFailure> {
    const failure: unknown = await doing.then(
        () => "it succeeded",
        (error: unknown) => error,
    );
    if (!(failure instanceof CallFailure)) {
        throw new Error(`no call has failed: ${String(failure)}`);
    }
    return failure;
}
