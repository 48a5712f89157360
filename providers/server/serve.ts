import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { engineLog } from "./engineLog";
import { implementation, ProviderDefinition, ProviderServer } from "./server";

/** As large as the engine's own limit: a state with many files must pass. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

/** A provider that is being served. */
export interface Served {
    readonly port: number;
    readonly stop: () => void;
}

/** Serves a provider on a free loopback port. */
export async function serve<Services>(
    definition: ProviderDefinition<Services>,
    engineAddress?: string,
): Promise<Served> {
    const server = new grpc.Server({
        "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
        "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
    });
    const provider = new ProviderServer(definition, engineLog(engineAddress));
    server.addService(ResourceProviderService, implementation(provider));
    const stop = (): void => {
        server.forceShutdown();
        provider.close();
    };
    return await new Promise((resolve, reject) => {
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
            if (error) {
                reject(error);
            } else {
                resolve({ port, stop });
            }
        });
    });
}
