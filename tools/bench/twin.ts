import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import * as rpc from "@pulumi/pulumi/runtime/rpc";
import { recordRequests, Registered } from "../recording";
import { SECRET_SIGNATURE, SIGNATURE_KEY } from "./deployment";
import { Reference, Registration } from "./registrations";

/** Field of an object that stands for a text with outputs of other resources in it. */
export const PARTS_KEY = "berth:parts";

/** What the twin is to stand beside: how much the program registers. */
export interface Twin {
    /** Leaves, in an order in which each comes after those it needs. */
    readonly registrations: Registration[];
    /** Components, which the twin does without. */
    readonly components: number;
}

/**
 * What a plain program has to register to be the given one without its components: the same leaves, and each input that
 * came from another resource comes from it again. Nothing of it needs to be up.
 */
export async function twinOf(program: () => unknown): Promise<Twin> {
    const recorded = await recordRequests(program, { project: "twin", stack: "twin", answer: marked });
    const custom = recorded.filter(({ request }) => request.getCustom());
    const leaves = new Map(custom.map(({ request, urn }) => [urn, referenceOf(request)]));
    return {
        registrations: custom.map((each) => registrationOf(each, leaves)),
        components: recorded.length - custom.length,
    };
}

/** Outputs that no input is the source of, by type. */
const COMPUTED: Readonly<Record<string, readonly string[]>> = {
    "docker:index/container:Container": ["name"],
    "docker:index/remoteImage:RemoteImage": ["imageId"],
    "berth:index:SecretVolume": ["volume"],
};

interface Made {
    readonly type: string;
    readonly name: string;
    readonly inputs: unknown;
}

/** Answers with marks instead of values, so that whatever is made of an output shows whose it was. */
function marked({ type, name, inputs }: Made): { id: string; state: Record<string, unknown> } {
    const fields = Object.entries(inputs as Record<string, unknown>).map(([field, value]) => [
        field,
        typeof value === "string" ? mark({ type, name }, field) : value,
    ]);
    const computed = (COMPUTED[type] ?? []).map((field) => [field, mark({ type, name }, field)]);
    return {
        id: mark({ type, name }, "id"),
        state: Object.fromEntries([...fields, ...computed]) as Record<string, unknown>,
    };
}

function mark({ type, name }: Reference, field: string): string {
    return `⟦${type} ${name} ${field}⟧`;
}

const MARK = /⟦(\S+) (\S+) (\S+)⟧/;

function registrationOf({ request }: Registered, leaves: ReadonlyMap<string, Reference>): Registration {
    const inputs = request.getObject()?.toJavaScript() ?? {};
    const named = new Set(JSON.stringify(inputs).match(new RegExp(MARK, "g")));
    const dependsOn = request
        .getDependenciesList()
        .flatMap((other) => leaves.get(other) ?? [])
        .filter(({ type, name }) => ![...named].some((text) => text.startsWith(`⟦${type} ${name} `)));
    return {
        ...referenceOf(request),
        outputs: COMPUTED[request.getType()],
        inputs: revived(inputs) as Record<string, unknown>,
        options: optionsOf(request),
        ...providerOf(request, leaves),
        ...(dependsOn.length > 0 && { dependsOn }),
    };
}

/** Inputs as JSON: a secret keeps its signature, and a text with marks becomes a list of its parts. */
function revived(value: unknown): unknown {
    if (typeof value === "string") {
        return MARK.test(value) ? { [PARTS_KEY]: partsOf(value) } : value;
    }
    if (Array.isArray(value)) {
        return value.map(revived);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    if (rpc.specialSigKey in value) {
        return secret(value);
    }
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, revived(field)]));
}

function secret(fields: Record<string, unknown>): unknown {
    if (fields[rpc.specialSigKey] !== rpc.specialSecretSig) {
        throw new Error("an input is an asset, an archive or a reference, which the twin cannot give");
    }
    return { [SIGNATURE_KEY]: SECRET_SIGNATURE, value: revived(fields.value) };
}

/** `http://⟦T n name⟧:3000` is "http://", the output `name` of T n, and ":3000". */
function partsOf(text: string): (string | (Reference & { field: string }))[] {
    const [before = "", type, name, field, after = ""] = text.split(new RegExp(`${MARK.source}(.*)$`, "s"));
    if (type === undefined || name === undefined || field === undefined) {
        return before === "" ? [] : [before];
    }
    return [...(before === "" ? [] : [before]), { type, name, field }, ...partsOf(after)];
}

function optionsOf(request: RegisterResourceRequest): Record<string, unknown> {
    const additionalSecretOutputs = request.getAdditionalsecretoutputsList();
    const replaceOnChanges = request.getReplaceonchangesList();
    const version = request.getVersion();
    return {
        ...(request.getProtect() && { protect: true }),
        ...(request.getDeletebeforereplacedefined() && {
            deleteBeforeReplace: request.getDeletebeforereplace(),
        }),
        ...(additionalSecretOutputs.length > 0 && { additionalSecretOutputs }),
        ...(replaceOnChanges.length > 0 && { replaceOnChanges }),
        ...(version !== "" && { version }),
    };
}

function providerOf(
    request: RegisterResourceRequest,
    leaves: ReadonlyMap<string, Reference>,
): Pick<Registration, "provider"> {
    const provider = request.getProvider();
    const found = leaves.get(provider.slice(0, provider.lastIndexOf("::")));
    return found === undefined ? {} : { provider: found };
}

function referenceOf(request: RegisterResourceRequest): Reference {
    return { type: request.getType(), name: request.getName() };
}
