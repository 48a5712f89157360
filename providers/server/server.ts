import * as grpc from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { engineLog, Status } from "./engineLog";
import { describeFailure } from "./failure";
import { Host, hostOf } from "./host";
import { AnyKind, Context } from "./kind";
import { certain, checked, compared, promised, secretNames } from "./messages";
import { receive, send } from "./properties";

/** What a provider is made of. */
export interface ProviderDefinition {
    readonly version: string;
    readonly kinds: readonly AnyKind[];
}

/** Serves Pulumi's provider protocol for some kinds of resources that live on a Docker engine. */
export class ProviderServer {
    private readonly kinds: ReadonlyMap<string, AnyKind>;
    private readonly cancelled = new AbortController();
    private host: Host | undefined;

    constructor(
        private readonly definition: ProviderDefinition,
        private status: Status,
    ) {
        this.kinds = new Map(definition.kinds.map((kind) => [kind.token, kind]));
    }

    getPluginInfo(): PluginInfo {
        const response = new PluginInfo();
        response.setVersion(this.definition.version);
        return response;
    }

    attach(request: { getAddress(): string }): Empty {
        this.status = engineLog(request.getAddress());
        return new Empty();
    }

    checkConfig(request: messages.CheckRequest): messages.CheckResponse {
        return checked(receive(request.getNews()), []);
    }

    /** Another address reaches the same things by another way: nothing is replaced for it. */
    diffConfig(): messages.DiffResponse {
        return new messages.DiffResponse();
    }

    configure(request: messages.ConfigureRequest): messages.ConfigureResponse {
        this.host = hostOf(receive(request.getArgs()).properties);
        const response = new messages.ConfigureResponse();
        response.setAcceptsecrets(true);
        response.setSupportspreview(true);
        return response;
    }

    check(request: messages.CheckRequest): messages.CheckResponse {
        const news = receive(request.getNews());
        return checked(news, certain(this.kindOf(request.getUrn()).check(news.properties), news.properties));
    }

    diff(request: messages.DiffRequest): messages.DiffResponse {
        const kind = this.kindOf(request.getUrn());
        return compared(
            kind,
            receive(request.getOldInputs()).properties,
            receive(request.getNews()).properties,
        );
    }

    async create(request: messages.CreateRequest): Promise<messages.CreateResponse> {
        const kind = this.kindOf(request.getUrn());
        const inputs = receive(request.getProperties());
        const response = new messages.CreateResponse();
        if (request.getPreview()) {
            response.setProperties(send(promised(kind, inputs.properties), secretNames(kind, inputs)));
            return response;
        }
        const made = await kind.create(inputs.properties, this.contextOf(request.getUrn()));
        response.setId(made.id);
        response.setProperties(send({ ...inputs.properties, ...made.outputs }, secretNames(kind, inputs)));
        return response;
    }

    async update(request: messages.UpdateRequest): Promise<messages.UpdateResponse> {
        const kind = this.kindOf(request.getUrn());
        const inputs = receive(request.getNews());
        const response = new messages.UpdateResponse();
        if (request.getPreview()) {
            response.setProperties(send(promised(kind, inputs.properties), secretNames(kind, inputs)));
            return response;
        }
        const outputs = await kind.update?.(
            request.getId(),
            inputs.properties,
            this.contextOf(request.getUrn()),
        );
        response.setProperties(send({ ...inputs.properties, ...outputs }, secretNames(kind, inputs)));
        return response;
    }

    async read(request: messages.ReadRequest): Promise<messages.ReadResponse> {
        const kind = this.kindOf(request.getUrn());
        const recorded = receive(request.getProperties());
        const response = new messages.ReadResponse();
        const state = kind.read
            ? await kind.read(request.getId(), recorded.properties, this.contextOf(request.getUrn()))
            : recorded.properties;
        if (state === undefined) {
            return response;
        }
        const secrets = secretNames(kind, recorded);
        const inputs = Object.entries(state).filter(([name]) => !kind.outputs.includes(name));
        response.setId(request.getId());
        response.setProperties(send(state, secrets));
        response.setInputs(send(Object.fromEntries(inputs), secrets));
        return response;
    }

    async delete(request: messages.DeleteRequest): Promise<Empty> {
        const kind = this.kindOf(request.getUrn());
        const { properties } = receive(request.getProperties());
        await kind.delete?.(request.getId(), properties, this.contextOf(request.getUrn()));
        return new Empty();
    }

    cancel(): Empty {
        this.cancelled.abort(new Error("the update was cancelled"));
        return new Empty();
    }

    /** Not a call of the protocol: whoever serves the provider has ended. */
    close(): void {
        this.host?.disconnect();
    }

    private kindOf(urn: string): AnyKind {
        const token = urn.split("::")[2]?.split("$").at(-1) ?? "";
        const kind = this.kinds.get(token);
        if (kind === undefined) {
            throw new Error(`this provider has no resource ${token}`);
        }
        return kind;
    }

    private contextOf(urn: string): Context {
        const host = () => {
            if (this.host === undefined) {
                throw new Error("the Docker engine's address is not known yet");
            }
            return this.host;
        };
        return {
            get docker() {
                return host().docker;
            },
            ssh: (command, signal) => host().ssh(command, signal),
            signal: this.cancelled.signal,
            status: (message) => {
                this.status(urn, message);
            },
        };
    }
}

type Method =
    | "getPluginInfo"
    | "attach"
    | "checkConfig"
    | "diffConfig"
    | "configure"
    | "check"
    | "diff"
    | "create"
    | "update"
    | "read"
    | "delete"
    | "cancel";

const METHODS: readonly Method[] = [
    "getPluginInfo",
    "attach",
    "checkConfig",
    "diffConfig",
    "configure",
    "check",
    "diff",
    "create",
    "update",
    "read",
    "delete",
    "cancel",
];

/** The server's methods as gRPC calls them: a thrown error becomes the call's answer. */
export function implementation(server: ProviderServer): grpc.UntypedServiceImplementation {
    return Object.fromEntries(
        METHODS.map((name) => [name, unary((request) => server[name](request as never))]),
    );
}

function unary(handle: (request: unknown) => unknown): grpc.handleUnaryCall<unknown, unknown> {
    return (call, callback) => {
        Promise.resolve()
            .then(() => handle(call.request))
            .then(
                (response) => {
                    callback(null, response);
                },
                (error: unknown) => {
                    callback({
                        code: grpc.status.UNKNOWN,
                        details: describeFailure(error),
                    });
                },
            );
    };
}
