import { setTimeout as delay } from "node:timers/promises";
import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { until } from "./containers";

/** Something that a provider told about a resource. */
interface Told {
    readonly urn: string;
    readonly message: string;
    /** Whether it is gone with the next one. */
    readonly ephemeral: boolean;
}

/** The engine's side of the protocol, as far as providers talk to it. It handles calls side by side, as the engine does. */
export class EngineStandIn {
    readonly told: Told[] = [];
    private calls = 0;

    private constructor(
        private readonly server: grpc.Server,
        private port = 0,
    ) {}

    static async start(): Promise<EngineStandIn> {
        const server = new grpc.Server();
        const engine = new EngineStandIn(server);
        server.addService(EngineService, {
            log: (call: { request: LogRequest }, callback: grpc.sendUnaryData<Empty>) => {
                void engine.take(call.request).then(() => {
                    callback(null, new Empty());
                });
            },
        });
        engine.port = await new Promise((resolve, reject) => {
            server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
                if (error) {
                    reject(error);
                } else {
                    resolve(port);
                }
            });
        });
        return engine;
    }

    /** What a provider is started with. */
    get address(): string {
        return `127.0.0.1:${this.port}`;
    }

    /** Lines that stay. */
    get lines(): string[] {
        return this.told.filter(({ ephemeral }) => !ephemeral).map(({ message }) => message);
    }

    /** Waits until there is such a line. */
    async hears(line: string): Promise<void> {
        await until(
            () => Promise.resolve(this.lines.includes(line)),
            () => Promise.resolve(`"${line}" is none of\n${this.lines.join("\n")}`),
        );
    }

    close(): void {
        this.server.forceShutdown();
    }

    /** Every second call takes longer than the one after it. */
    private async take(request: LogRequest): Promise<void> {
        this.calls += 1;
        if (this.calls % 2 === 0) {
            await delay(1);
        }
        const [urn, message, ephemeral] = [request.getUrn(), request.getMessage(), request.getEphemeral()];
        this.told.push({ urn, message, ephemeral });
    }
}
