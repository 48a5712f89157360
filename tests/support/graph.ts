import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import * as rpc from "@pulumi/pulumi/runtime/rpc";

/** A resource as the program registered it. */
export interface Node {
    readonly type: string;
    readonly name: string;
    /** Name of the parent; empty for the stack's own children. */
    readonly parent: string;
    /** Inputs, with every secret replaced by a `Secret`. */
    readonly inputs: Record<string, unknown>;
    /** The options that were given; what was left out is missing. */
    readonly options: Options;
}

export interface Options {
    readonly protect?: true;
    readonly deleteBeforeReplace?: boolean;
    readonly replaceOnChanges?: string[];
    readonly additionalSecretOutputs?: string[];
    /** Names of the resources of `dependsOn` and of the inputs. */
    readonly dependencies?: string[];
    /** Name of the provider given outright or inherited from a parent. */
    readonly provider?: string;
    /** Value whose change replaces the resource. */
    readonly replacementTrigger?: unknown;
    /** Name of the resource that it goes with. */
    readonly deletedWith?: string;
    readonly ignoreChanges?: string[];
    readonly retainOnDelete?: true;
}

/** Marks a secret in recorded inputs; equal to another one of the same content. */
export class Secret {
    constructor(readonly value: unknown) {}
}

export interface Graph {
    readonly nodes: readonly Node[];
    /** The node of that name and type. Throws when there is none, or more than one. */
    node(name: string, type?: string): Node;
    /** `type name`, sorted: the exact list of what there is. */
    list(): string[];
}

/** How a program is run. */
export interface RecordOptions {
    /** As a preview of nothing yet: what providers compute is unknown. @default false */
    readonly preview?: boolean;
    /** What providers compute, by type, beside what they do by default. */
    readonly computed?: Computed;
}

/** What a provider computes for a resource, by type. */
type Computed = Record<string, (name: string, state: Record<string, unknown>) => Record<string, unknown>>;

/** Name of the stack that recorded programs run in. */
export const STACK = "test";

/**
 * Runs a program on Pulumi's mocks and records what it registers. Providers answer as the real ones do, as far as a
 * program can see: with ids, automatic names, image ids and generated passwords; in a preview with none of these.
 */
export async function record(
    program: () => unknown,
    { preview = false, computed = {} }: RecordOptions = {},
): Promise<Graph> {
    await pulumi.runtime.setMocks(
        { newResource: preview ? promise : (args) => answer(args, computed), call: invoked },
        "berth",
        STACK,
        preview,
    );
    const stackTraceLimit = Error.stackTraceLimit;
    // Pulumi's runtime keeps a stack trace of each of its promises: mapped to sources, they are most of the time here.
    Error.stackTraceLimit = 0;
    const nodes: Node[] = [];
    watch((request, urn) => nodes.push(nodeOf(request, urn)));
    try {
        // What is not known yet never settles.
        await (preview ? program() : settled(program()));
    } finally {
        Error.stackTraceLimit = stackTraceLimit;
        // Also when the program throws: what it registered before is still under way, and the mocks are shared.
        await pulumi.runtime.disconnect();
    }
    return graphOf(nodes);
}

/** The value of an output, for what a component hands out. */
export async function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
    return await new Promise((resolve) => {
        output.apply((value) => resolve(value));
    });
}

async function settled(result: pulumi.Input<unknown>): Promise<void> {
    await new Promise<void>((resolve) => {
        pulumi.all([result]).apply(() => resolve());
    });
}

/** The mocks themselves show neither parents nor options: the requests do. */
function watch(onRegister: (request: RegisterResourceRequest, urn: string) => void): void {
    const monitor = pulumi.runtime.getMonitor();
    if (monitor === undefined) {
        throw new Error("the mocks have no monitor");
    }
    const register = monitor.registerResource.bind(monitor) as Register;
    monitor.registerResource = ((request, callback) => {
        register(request, (error, response) => {
            if (response) {
                onRegister(request, response.getUrn());
            }
            callback(error, response);
        });
    }) as Register as typeof monitor.registerResource;
}

type Register = (
    request: RegisterResourceRequest,
    callback: (error: unknown, response?: { getUrn(): string }) => void,
) => void;

function nodeOf(request: RegisterResourceRequest, urn: string): Node {
    const inputs = (request.getObject()?.toJavaScript() ?? {}) as Record<string, unknown>;
    return {
        type: request.getType(),
        name: urn.split("::").at(-1) ?? "",
        parent: request.getParent() === "" ? "" : nameOf(request.getParent()),
        inputs: open(inputs) as Record<string, unknown>,
        options: optionsOf(request),
    };
}

function optionsOf(request: RegisterResourceRequest): Options {
    return withoutEmpty({
        protect: request.getProtect() ? true : undefined,
        deleteBeforeReplace: request.getDeletebeforereplacedefined()
            ? request.getDeletebeforereplace()
            : undefined,
        replaceOnChanges: request.getReplaceonchangesList(),
        additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
        dependencies: request.getDependenciesList().map(nameOf).sort(),
        provider: request.getProvider() === "" ? undefined : nameOf(request.getProvider()),
        replacementTrigger: request.getReplacementTrigger()?.toJavaScript(),
        deletedWith: request.getDeletedwith() === "" ? undefined : nameOf(request.getDeletedwith()),
        ignoreChanges: request.getIgnorechangesList(),
        retainOnDelete: request.getRetainondelete() ? true : undefined,
    });
}

function withoutEmpty(options: Options): Options {
    return Object.fromEntries(
        Object.entries(options).filter(
            ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
        ),
    );
}

/** The last part of a URN; a provider's reference has the id behind it. */
function nameOf(urn: string): string {
    const [, , , name = ""] = urn.split("::");
    return name;
}

function open(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(open);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    const fields = value as Record<string, unknown>;
    if (fields[rpc.specialSigKey] === rpc.specialSecretSig) {
        return new Secret(open(fields.value));
    }
    return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, open(field)]));
}

function graphOf(nodes: readonly Node[]): Graph {
    return {
        nodes,
        list: () => nodes.map(({ type, name }) => `${type} ${name}`).sort(),
        node: (name, type) => {
            const found = nodes.filter(
                (node) => node.name === name && (type === undefined || node.type === type),
            );
            if (found.length !== 1 || found[0] === undefined) {
                throw new Error(`${found.length} resources are called ${name} (${type ?? "any type"})`);
            }
            return found[0];
        },
    };
}

/** A pair of the right form, made for these tests and of no use elsewhere. */
const TEST_KEYS = {
    privateKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nVEVTVA==\n-----END OPENSSH PRIVATE KEY-----\n",
    publicKey: "ssh-ed25519 VEVTVA==",
};

function answer(
    { type, name, inputs }: pulumi.runtime.MockResourceArgs,
    computed: Computed,
): pulumi.runtime.MockResourceResult {
    const state = inputs as Record<string, unknown>;
    const id = type.startsWith("hcloud:") ? String(numberOf(name)) : `${name}-id`;
    return { id, state: { ...state, ...(computed[type] ?? COMPUTED[type])?.(name, state) } };
}

/** In a preview of nothing yet: no id, and nothing that a provider computes. */
function promise({ inputs }: pulumi.runtime.MockResourceArgs): pulumi.runtime.MockResourceResult {
    return { id: undefined, state: inputs as Record<string, unknown> };
}

/** Hetzner's ids are numbers; this one tells its resource. */
export function numberOf(name: string): number {
    return Buffer.from(name).reduce((sum, byte) => (sum * 31 + byte) % 1_000_000, 0);
}

function invoked({ inputs }: pulumi.runtime.MockCallArgs): pulumi.runtime.MockCallResult {
    const { tunnelId } = inputs as { tunnelId: string };
    return { ...(inputs as object), token: `<token of ${tunnelId}>` };
}

const COMPUTED: Computed = {
    "docker:index/container:Container": (name, state) => ({ name: state.name ?? `${name}-auto` }),
    "docker:index/remoteImage:RemoteImage": (_, state) => ({ imageId: `id of ${String(state.name)}` }),
    "random:index/randomPassword:RandomPassword": (name) => ({ result: pulumi.secret(`<${name}>`) }),
    "berth:index:DataFolder": (_, state) => ({ path: `${String(state.root)}/${String(state.name)}` }),
    "berth:index:KeyPair": (name) => ({
        privateKey: pulumi.secret(TEST_KEYS.privateKey),
        publicKey: `${TEST_KEYS.publicKey} ${name}`,
    }),
    "hcloud:index/volume:Volume": () => ({ linuxDevice: "/dev/disk/by-id/scsi-0HC_Volume_1" }),
    "hcloud:index/primaryIp:PrimaryIp": (_, { type }) => ({
        ipAddress: type === "ipv4" ? "203.0.113.5" : "2001:db8:5::",
    }),
    "hcloud:index/server:Server": () => ({ ipv6Address: "2001:db8:5::1" }),
    "random:index/randomBytes:RandomBytes": (name) => ({ base64: pulumi.secret(`<${name}>`) }),
    "cloudflare:index/zeroTrustAccessServiceToken:ZeroTrustAccessServiceToken": (name) => ({
        clientId: `${name}.access`,
        clientSecret: pulumi.secret(`<${name}>`),
    }),
    "berth:index:SecretVolume": (_, state) => ({ volume: `${String(state.prefix)}-auto` }),
    "berth:index:Route": (_, state) => ({ service: `${String(state.app)}-live` }),
    "fly:index:App": (_, state) => ({ hostname: `${String(state.name)}.fly.dev` }),
    "fly:index:IpAddress": (_, { type }) => ({
        address: type === "shared_v4" ? "203.0.113.66" : "2001:db8:66::1",
    }),
    "fly:index:Machine": (name) => ({ machineId: `<machine of ${name}>`, privateIp: "fdaa::3" }),
    "fly:index:MachineGroup": (name) => ({ machineIds: [`<first of ${name}>`], previousImage: "" }),
    "fly:index:Secrets": () => ({ secretsVersion: 7, digests: {} }),
    "fly:index:Volume": (name) => ({ volumeId: `<volume of ${name}>` }),
};
