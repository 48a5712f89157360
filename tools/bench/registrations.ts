import { isProvider, nameOf, SECRET_SIGNATURE, SIGNATURE_KEY, StateResource } from "./deployment";

/** A resource of the bare program: no two of a type have the same name. */
export interface Reference {
    readonly type: string;
    readonly name: string;
}

/** One call of the bare program. */
export interface Registration {
    readonly type: string;
    readonly name: string;
    /** As the program gave them; a secret is an object with Pulumi's signature and its `value`. */
    readonly inputs: Record<string, unknown>;
    readonly options: Record<string, unknown>;
    /** Outputs that others take, where they are not inputs as well. */
    readonly outputs?: readonly string[];
    /** The provider that was given outright. */
    readonly provider?: Reference;
    /** Resources to wait for that no input names. */
    readonly dependsOn?: readonly Reference[];
}

/** What a program has to register to find every leaf unchanged; providers first, since the others name them. */
export function registrationsOf(leaves: readonly StateResource[]): Registration[] {
    const providers = leaves.filter(isProvider);
    return [...providers, ...leaves.filter((each) => !isProvider(each))].map((leaf) => ({
        type: leaf.type,
        name: nameOf(leaf),
        inputs: inputsOf(leaf),
        options: optionsOf(leaf),
        ...providerOf(leaf, providers),
    }));
}

function inputsOf(leaf: StateResource): Record<string, unknown> {
    try {
        const inputs = plain(leaf.inputs ?? {}) as Record<string, unknown>;
        if (isProvider(leaf)) {
            // The engine notes the version among a provider's inputs; the program gives it as an option.
            delete inputs.version;
        }
        return inputs;
    } catch (error) {
        throw new Error(`${leaf.type} ${nameOf(leaf)}: ${(error as Error).message}`, { cause: error });
    }
}

/** Inputs as the program gave them: what a provider or the engine filled in is left to them again. */
function plain(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(plain);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    const fields = value as Record<string, unknown>;
    if (SIGNATURE_KEY in fields) {
        return secret(fields);
    }
    const defaults = (fields.__defaults ?? []) as string[];
    return Object.fromEntries(
        Object.entries(fields)
            .filter(([name]) => !name.startsWith("__") && !defaults.includes(name))
            .map(([name, field]) => [name, plain(field)]),
    );
}

function secret(fields: Record<string, unknown>): unknown {
    if (fields[SIGNATURE_KEY] !== SECRET_SIGNATURE || typeof fields.plaintext !== "string") {
        throw new Error(
            "an input is an asset, an archive or a reference, which the bare program cannot give",
        );
    }
    return { [SIGNATURE_KEY]: SECRET_SIGNATURE, value: plain(JSON.parse(fields.plaintext)) };
}

function optionsOf(leaf: StateResource): Record<string, unknown> {
    const { protect, additionalSecretOutputs, replaceOnChanges, inputs } = leaf;
    const version = isProvider(leaf) ? inputs?.version : undefined;
    return {
        ...(protect === true && { protect }),
        ...(additionalSecretOutputs && { additionalSecretOutputs }),
        ...(replaceOnChanges && { replaceOnChanges }),
        ...(typeof version === "string" && { version }),
    };
}

function providerOf(
    { provider = "" }: StateResource,
    providers: readonly StateResource[],
): Pick<Registration, "provider"> {
    const found = providers.find(({ urn, id }) => provider === `${urn}::${id ?? ""}`);
    return found === undefined ? {} : { provider: { type: found.type, name: nameOf(found) } };
}
