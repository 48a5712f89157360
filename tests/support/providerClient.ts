import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import * as rpc from "@pulumi/pulumi/runtime/rpc";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { definition } from "../../providers/berth";
import { ProviderDefinition } from "../../providers/server/server";
import { serve } from "../../providers/server/serve";
import { CallFailure } from "./callFailure";

export type Values = Record<string, JavaScriptValue>;

/** A value in the envelope that marks secrets. */
export function secret(value: JavaScriptValue): JavaScriptValue {
    return { [rpc.specialSigKey]: rpc.specialSecretSig, value };
}

/** A value that is not known yet. */
export const UNKNOWN: string = rpc.unknownValue;

/** What the engine knows of a provider: a client of the protocol, with messages as plain values. */
export class ProviderClient {
    private constructor(
        private readonly client: ResourceProviderClient,
        private readonly stop: () => void,
    ) {}

    /** Serves the provider on a free port and connects to it. `engine` is the address of whom it tells what goes on. */
    static async start<Services>(
        provider?: ProviderDefinition<Services>,
        engine?: string,
    ): Promise<ProviderClient> {
        const { port, stop } = await (provider ? serve(provider, engine) : serve(definition, engine));
        return ProviderClient.connect(port, stop);
    }

    /** Connects to a provider that is being served. */
    static connect(port: number, stop: () => void): ProviderClient {
        return new ProviderClient(
            new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure()),
            stop,
        );
    }

    close(): void {
        this.client.close();
        this.stop();
    }

    async configure(
        host: string,
        sshOpts: readonly string[] = [],
        more: Values = {},
    ): Promise<messages.ConfigureResponse.AsObject> {
        const request = new messages.ConfigureRequest();
        request.setArgs(Struct.fromJavaScript({ host, sshOpts: JSON.stringify(sshOpts), ...more }));
        return (await this.call<messages.ConfigureResponse>("configure", request)).toObject();
    }

    /** Configures any provider. */
    async configureWith(args: Values): Promise<void> {
        const request = new messages.ConfigureRequest();
        request.setArgs(Struct.fromJavaScript(args));
        await this.call("configure", request);
    }

    /** The package's schema. */
    async schema(): Promise<unknown> {
        const response = await this.call<messages.GetSchemaResponse>(
            "getSchema",
            new messages.GetSchemaRequest(),
        );
        return JSON.parse(response.getSchema());
    }

    /** Ends what is under way; later operations are refused the wait, too. */
    async cancel(): Promise<void> {
        await this.call("cancel", new Empty());
    }

    /** Finds a provider that is running already, as an engine does that did not start it. */
    async attach(address: string): Promise<void> {
        const request = new PluginAttach();
        request.setAddress(address);
        await this.call("attach", request);
    }

    async version(): Promise<string> {
        return (await this.call<{ getVersion(): string }>("getPluginInfo", new Empty())).getVersion();
    }

    /** `olds` are the inputs of the last update. */
    async check(type: string, news: Values, olds?: Values): Promise<Checked> {
        const request = new messages.CheckRequest();
        request.setUrn(urnOf(type));
        request.setNews(Struct.fromJavaScript(news));
        if (olds !== undefined) {
            request.setOlds(Struct.fromJavaScript(olds));
        }
        return checkedOf(await this.call<messages.CheckResponse>("check", request));
    }

    /** What the provider says of its own settings. */
    async checkConfig(news: Values): Promise<Checked> {
        const request = new messages.CheckRequest();
        request.setUrn("urn:pulumi:test::berth::pulumi:providers:fly::provider");
        request.setNews(Struct.fromJavaScript(news));
        return checkedOf(await this.call<messages.CheckResponse>("checkConfig", request));
    }

    async diff(
        type: string,
        oldInputs: Values,
        news: Values,
    ): Promise<{ changed: string[]; replaces: string[] }> {
        const request = new messages.DiffRequest();
        request.setUrn(urnOf(type));
        request.setOldInputs(Struct.fromJavaScript(oldInputs));
        request.setOlds(Struct.fromJavaScript(oldInputs));
        request.setNews(Struct.fromJavaScript(news));
        const response = await this.call<messages.DiffResponse>("diff", request);
        return { changed: response.getDiffsList(), replaces: response.getReplacesList() };
    }

    /** Every path that differs, and how: `update`, `add_replace`; whether the old resource goes first. */
    async differences(
        type: string,
        oldInputs: Values,
        news: Values,
    ): Promise<{ paths: Record<string, string>; oldFirst: boolean }> {
        const request = new messages.DiffRequest();
        request.setUrn(urnOf(type));
        request.setOldInputs(Struct.fromJavaScript(oldInputs));
        request.setOlds(Struct.fromJavaScript(oldInputs));
        request.setNews(Struct.fromJavaScript(news));
        const response = await this.call<messages.DiffResponse>("diff", request);
        const names = Object.entries(messages.PropertyDiff.Kind);
        const paths: Record<string, string> = {};
        response.getDetaileddiffMap().forEach((difference, path) => {
            const [name = ""] = names.find(([, kind]) => kind === difference.getKind()) ?? [];
            paths[path] = name.toLowerCase();
        });
        return { paths, oldFirst: response.getDeletebeforereplace() };
    }

    async create(type: string, properties: Values, preview = false): Promise<{ id: string; state: Values }> {
        const request = new messages.CreateRequest();
        request.setUrn(urnOf(type));
        request.setProperties(Struct.fromJavaScript(properties));
        request.setPreview(preview);
        const response = await this.call<messages.CreateResponse>("create", request);
        return { id: response.getId(), state: valuesOf(response.getProperties()) };
    }

    async update(
        type: string,
        id: string,
        olds: Values,
        news: Values,
        { preview = false, timeoutSeconds = 0 }: { preview?: boolean; timeoutSeconds?: number } = {},
    ): Promise<Values> {
        const request = new messages.UpdateRequest();
        request.setUrn(urnOf(type));
        request.setId(id);
        request.setOlds(Struct.fromJavaScript(olds));
        request.setNews(Struct.fromJavaScript(news));
        request.setPreview(preview);
        request.setTimeout(timeoutSeconds);
        return valuesOf((await this.call<messages.UpdateResponse>("update", request)).getProperties());
    }

    async read(
        type: string,
        id: string,
        state: Values,
    ): Promise<{ id: string; state: Values; inputs: Values }> {
        const request = new messages.ReadRequest();
        request.setUrn(urnOf(type));
        request.setId(id);
        request.setProperties(Struct.fromJavaScript(state));
        const response = await this.call<messages.ReadResponse>("read", request);
        return {
            id: response.getId(),
            state: valuesOf(response.getProperties()),
            inputs: valuesOf(response.getInputs()),
        };
    }

    async delete(type: string, id: string, state: Values): Promise<void> {
        const request = new messages.DeleteRequest();
        request.setUrn(urnOf(type));
        request.setId(id);
        request.setProperties(Struct.fromJavaScript(state));
        await this.call("delete", request);
    }

    /** Asks a function. Resolves to its results, and to all that is wrong with the arguments. */
    async invoke(token: string, args: Values): Promise<{ results: Values; failures: string[] }> {
        const request = new messages.InvokeRequest();
        request.setTok(token);
        request.setArgs(Struct.fromJavaScript(args));
        const response = await this.call<messages.InvokeResponse>("invoke", request);
        return { results: valuesOf(response.getReturn()), failures: failuresIn(response) };
    }

    private call<Response>(method: Method, request: unknown): Promise<Response> {
        const call = this.client[method].bind(this.client) as unknown as (
            request: unknown,
            callback: (error: grpc.ServiceError | null, response: Response) => void,
        ) => void;
        return new Promise((resolve, reject) => {
            call(request, (error, response) => {
                if (error) {
                    reject(new CallFailure(error));
                } else {
                    resolve(response);
                }
            });
        });
    }
}

type Method =
    | "attach"
    | "configure"
    | "getPluginInfo"
    | "getSchema"
    | "checkConfig"
    | "check"
    | "diff"
    | "create"
    | "update"
    | "read"
    | "delete"
    | "invoke"
    | "cancel";

/** Inputs with their defaults, and all that is wrong with them. */
interface Checked {
    inputs: Values;
    failures: string[];
}

function checkedOf(response: messages.CheckResponse): Checked {
    return {
        inputs: valuesOf(response.getInputs()),
        failures: failuresIn(response),
    };
}

function failuresIn(response: { getFailuresList(): messages.CheckFailure[] }): string[] {
    return response.getFailuresList().map((failure) => `${failure.getProperty()}: ${failure.getReason()}`);
}

function urnOf(type: string): string {
    return `urn:pulumi:test::berth::berth:index:App$${type}::thing`;
}

function valuesOf(struct: Struct | undefined): Values {
    return struct?.toJavaScript() ?? {};
}
