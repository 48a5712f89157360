import * as grpc from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { Problem } from "../../lib/problems";
import { engineLog, Reporter } from "./engineLog";
import { messageOf } from "./failure";
import { AnyFunction } from "./function";
import { answerTo, HalfMade, HalfMadeAnswer } from "./halfMade";
import { AnyKind, Call, Context } from "./kind";
import { Mask, maskFor } from "./mask";
import { certain, checked, compared, differenceOf, failuresOf, promised } from "./messages";
import { Operation, stateOf, timeOver } from "./operation";
import { Properties, receive, secretTexts, send } from "./properties";

/** What a provider is made of. */
export interface ProviderDefinition<Services> {
    readonly version: string;
    readonly kinds: readonly AnyKind<Services>[];
    /** What programs may ask. @default nothing */
    readonly functions?: readonly AnyFunction<Services>[];
    /** The package's schema, as JSON. @default none: nothing generates code for it */
    readonly schema?: () => string;
    /** All that is wrong with the provider's configuration. Pure; values may still be unknown. @default nothing */
    checkConfig?(config: Properties): Problem[];
    /** Prepares what the resources use. Makes no connection: a preview that needs none shall work without. */
    connect(config: Properties): Connected<Services>;
}

/** A configured provider's reach. */
export interface Connected<Services> {
    /** What an operation may use. */
    context(call: Call): Context<Services>;
    close(): void;
}

/** Serves Pulumi's provider protocol for some kinds of resources. */
export class ProviderServer<Services> {
    private readonly kinds: ReadonlyMap<string, AnyKind<Services>>;
    private cancelled = new AbortController();
    private connected: Connected<Services> | undefined;
    /** Texts that are secret in the provider's own settings. */
    private secrets: readonly string[] = [];

    constructor(
        private readonly definition: ProviderDefinition<Services>,
        private report: Reporter,
    ) {
        this.kinds = new Map(definition.kinds.map((kind) => [kind.token, kind]));
    }

    getPluginInfo(): PluginInfo {
        const response = new PluginInfo();
        response.setVersion(this.definition.version);
        return response;
    }

    getSchema(): messages.GetSchemaResponse {
        const response = new messages.GetSchemaResponse();
        response.setSchema(this.definition.schema?.() ?? "{}");
        return response;
    }

    /** An engine has found a provider that was running before it. One that it cancels runs on, and may be found again. */
    attach(request: { getAddress(): string }): Empty {
        if (this.cancelled.signal.aborted) {
            this.cancelled = new AbortController();
        }
        this.report = engineLog(request.getAddress());
        return new Empty();
    }

    checkConfig(request: messages.CheckRequest): messages.CheckResponse {
        const news = receive(request.getNews());
        const problems = this.definition.checkConfig?.(news.properties) ?? [];
        return checked(news, news.properties, certain(problems, news.properties));
    }

    /** Another address reaches the same things by another way: nothing is replaced for it. */
    diffConfig(): messages.DiffResponse {
        return new messages.DiffResponse();
    }

    configure(request: messages.ConfigureRequest): messages.ConfigureResponse {
        const args = receive(request.getArgs());
        this.secrets = secretTexts(args);
        this.connected = this.definition.connect(args.properties);
        const response = new messages.ConfigureResponse();
        response.setAcceptsecrets(true);
        response.setSupportspreview(true);
        return response;
    }

    check(request: messages.CheckRequest): messages.CheckResponse {
        const kind = this.kindOf(request.getUrn());
        const news = receive(request.getNews());
        const properties = kind.defaults?.(news.properties, request.getUrn()) ?? news.properties;
        const before = request.hasOlds() ? receive(request.getOlds()).properties : undefined;
        return checked(news, properties, certain(kind.check(properties, before), properties));
    }

    diff(request: messages.DiffRequest): messages.DiffResponse {
        const kind = this.kindOf(request.getUrn());
        const difference = differenceOf(
            kind,
            receive(request.getOldInputs()).properties,
            receive(request.getNews()).properties,
        );
        for (const name of difference.replaces) {
            const why = kind.replaceOn?.[name] ?? "nothing of it can be changed";
            this.report.info(request.getUrn(), `a change of ${name} replaces: ${why}`);
        }
        return compared(kind, difference);
    }

    async create(request: messages.CreateRequest): Promise<messages.CreateResponse> {
        const kind = this.kindOf(request.getUrn());
        const inputs = receive(request.getProperties());
        const response = new messages.CreateResponse();
        if (request.getPreview()) {
            response.setProperties(send(promised(kind, inputs.properties), inputs, kind.secretOutputs));
            return response;
        }
        const made = await this.operate(
            request,
            secretTexts(inputs),
            (context) => kind.create(inputs.properties, context),
            (state) => send(state, inputs, kind.secretOutputs),
        );
        response.setId(made.id);
        response.setProperties(send({ ...inputs.properties, ...made.outputs }, inputs, kind.secretOutputs));
        return response;
    }

    async update(request: messages.UpdateRequest): Promise<messages.UpdateResponse> {
        const kind = this.kindOf(request.getUrn());
        const inputs = receive(request.getNews());
        const response = new messages.UpdateResponse();
        if (request.getPreview()) {
            response.setProperties(send(promised(kind, inputs.properties), inputs, kind.secretOutputs));
            return response;
        }
        const olds = receive(request.getOlds());
        const secrets = [...secretTexts(inputs), ...secretTexts(olds, receive(request.getOldInputs()))];
        const outputs = await this.operate(
            request,
            secrets,
            async (context) => kind.update?.(request.getId(), inputs.properties, context, olds.properties),
            (state) => send(state, olds, kind.secretOutputs),
        );
        response.setProperties(send({ ...inputs.properties, ...outputs }, inputs, kind.secretOutputs));
        return response;
    }

    async read(request: messages.ReadRequest): Promise<messages.ReadResponse> {
        const kind = this.kindOf(request.getUrn());
        const recorded = receive(request.getProperties());
        const response = new messages.ReadResponse();
        const secrets = secretTexts(recorded, receive(request.getInputs()));
        const state = await this.operate(request, secrets, (context) =>
            stateOf(kind, request.getId(), recorded.properties, context),
        );
        if (state === undefined) {
            return response;
        }
        const inputs = Object.entries(state).filter(([name]) => !kind.outputs.includes(name));
        response.setId(kind.idOf?.(request.getId()) ?? request.getId());
        response.setProperties(send(state, recorded, kind.secretOutputs));
        response.setInputs(send(Object.fromEntries(inputs), recorded, kind.secretOutputs));
        return response;
    }

    async delete(request: messages.DeleteRequest): Promise<Empty> {
        const kind = this.kindOf(request.getUrn());
        const recorded = receive(request.getProperties());
        const secrets = secretTexts(recorded, receive(request.getOldInputs()));
        await this.operate(request, secrets, async (context) =>
            kind.delete?.(request.getId(), recorded.properties, context),
        );
        return new Empty();
    }

    async invoke(request: messages.InvokeRequest): Promise<messages.InvokeResponse> {
        const asked = this.definition.functions?.find(({ token }) => token === request.getTok());
        if (asked === undefined) {
            throw new Error(`this provider has no function ${request.getTok()}`);
        }
        const args = receive(request.getArgs());
        const response = new messages.InvokeResponse();
        const problems = asked.check(args.properties);
        if (problems.length > 0) {
            response.setFailuresList(failuresOf(problems, args));
            return response;
        }
        const results = await this.operate({ getUrn: () => "" }, secretTexts(args), (context) =>
            asked.call(args.properties, context),
        );
        response.setReturn(send(results, args, asked.secretResults));
        return response;
    }

    cancel(): Empty {
        this.cancelled.abort(new Error("the update was cancelled"));
        return new Empty();
    }

    /** Not a call of the protocol: whoever serves the provider has ended. */
    close(): void {
        this.connected?.close();
        this.report.close();
    }

    /**
     * Runs an operation. Whatever it says, and be it of what went wrong, is masked, and has been told when it ends. `seal`
     * closes the state that a failure may leave.
     */
    private async operate<T>(
        request: Operation,
        secrets: readonly string[],
        run: (context: Context<Services>) => Promise<T>,
        seal: (state: Properties) => Struct = send,
    ): Promise<T> {
        const mask = maskFor([...this.secrets, ...secrets]);
        try {
            return await run(this.contextOf(request, mask));
        } catch (error) {
            const message = mask(messageOf(error));
            throw error instanceof HalfMade
                ? new HalfMadeAnswer(message, error.id, seal(error.state))
                : new Error(message, { cause: error });
        } finally {
            await this.report.flushed();
        }
    }

    private kindOf(urn: string): AnyKind<Services> {
        const token = urn.split("::")[2]?.split("$").at(-1) ?? "";
        const kind = this.kinds.get(token);
        if (kind === undefined) {
            throw new Error(`this provider has no resource ${token}`);
        }
        return kind;
    }

    private contextOf(request: Operation, mask: Mask): Context<Services> {
        if (this.connected === undefined) {
            throw new Error("the provider is not configured");
        }
        const urn = request.getUrn();
        const seconds = request.getTimeout?.() ?? 0;
        return this.connected.context({
            urn,
            timeoutSeconds: seconds > 0 ? seconds : undefined,
            signal: AbortSignal.any([this.cancelled.signal, ...(seconds > 0 ? [timeOver(seconds)] : [])]),
            mask,
            status: (message) => {
                this.report.status(urn, mask(message));
            },
            log: (message) => {
                this.report.info(urn, mask(message));
            },
        });
    }
}

const METHODS = [
    "getPluginInfo",
    "getSchema",
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
    "invoke",
    "cancel",
] as const satisfies readonly (keyof ProviderServer<unknown>)[];

/** The server's methods as gRPC calls them: a thrown error becomes the call's answer. */
export function implementation<Services>(
    server: ProviderServer<Services>,
): grpc.UntypedServiceImplementation {
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
                    callback(answerTo(error));
                },
            );
    };
}
