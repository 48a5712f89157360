import * as grpc from "@grpc/grpc-js";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { describeFailure } from "./failure";
import { Properties } from "./properties";

/**
 * A failure after which something has to be remembered. The engine takes `state` for what is there, under the inputs of
 * before where there were any, reports the failure, and updates the resource with the next run, changed or not.
 */
export class HalfMade extends Error {
    constructor(
        cause: Error,
        readonly id: string,
        readonly state: Properties,
    ) {
        super(cause.message, { cause });
    }
}

/** A failure as it travels, with what is to be remembered. */
export class HalfMadeAnswer extends Error {
    constructor(
        message: string,
        readonly id: string,
        readonly state: Struct,
    ) {
        super(message);
    }
}

/** A call's answer when it fails. */
type Answer = Pick<grpc.ServiceError, "code" | "details"> & { readonly metadata?: grpc.Metadata };

/** Message and state go by the trailers together, which have a limit: half of it is the message's. */
const MAX_MESSAGE = 12 * 1024;
const MAX_DETAILS = 40 * 1024;

/** How the protocol calls a resource that was made, and of which not all has succeeded. */
const TYPE = "pulumirpc.ErrorResourceInitFailed";
const TRAILER = "grpc-status-details-bin";

/** What a call answers when it fails. A state that is too large to travel is left out: then it is a failure like any other. */
export function answerTo(error: unknown): Answer {
    const plain = { code: grpc.status.UNKNOWN, details: describeFailure(error) };
    if (!(error instanceof HalfMadeAnswer)) {
        return plain;
    }
    const message = describeFailure(error, MAX_MESSAGE);
    const failed = new messages.ErrorResourceInitFailed();
    failed.setId(error.id);
    failed.setProperties(error.state);
    // Without a reason the engine would take the resource for well.
    failed.setReasonsList([message]);
    const packed = new Any();
    packed.pack(failed.serializeBinary(), TYPE);
    const status = new Status();
    status.setCode(grpc.status.UNKNOWN);
    status.addDetails(packed);
    const bytes = Buffer.from(status.serializeBinary());
    if (bytes.length > MAX_DETAILS) {
        return plain;
    }
    const metadata = new grpc.Metadata();
    metadata.set(TRAILER, bytes);
    return { code: plain.code, details: message, metadata };
}
