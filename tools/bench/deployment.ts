/** Value by which Pulumi marks an object as something else than a plain object, and the one that says "secret". */
export const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
export const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

/** One resource, as `pulumi stack export` tells of it: the part that is read here. */
export interface StateResource {
    readonly urn: string;
    readonly type: string;
    readonly custom: boolean;
    readonly id?: string;
    /** Removed from the program, or replaced, and not deleted yet. */
    readonly delete?: boolean;
    readonly inputs?: Readonly<Record<string, unknown>>;
    readonly outputs?: Readonly<Record<string, unknown>>;
    /** URN and id of the provider, `urn::id`. */
    readonly provider?: string;
    readonly protect?: boolean;
    readonly additionalSecretOutputs?: readonly string[];
    readonly replaceOnChanges?: readonly string[];
    readonly [field: string]: unknown;
}

/** What `pulumi stack export` prints and `pulumi stack import` takes. */
export interface Export {
    readonly version: number;
    readonly deployment: {
        readonly manifest: unknown;
        readonly resources?: readonly StateResource[];
        readonly pending_operations?: readonly unknown[];
        readonly [field: string]: unknown;
    };
}

const STACK_TYPE = "pulumi:pulumi:Stack";
const PROVIDER_TYPE = "pulumi:providers:";

/** Whose name and which stack the rewritten state is for. */
export interface Target {
    readonly project: string;
    readonly stack: string;
}

/** Name of a resource: the last part of its URN. */
export function nameOf({ urn }: Pick<StateResource, "urn">): string {
    return urn.split("::").slice(3).join("::");
}

export function isProvider({ type }: Pick<StateResource, "type">): boolean {
    return type.startsWith(PROVIDER_TYPE);
}

/**
 * The resources that a program registers itself and a provider stands behind. The engine makes default providers on its
 * own, and components are only names around others.
 */
export function leavesOf({ deployment }: Export): StateResource[] {
    return (deployment.resources ?? []).filter(
        (each) => each.custom && !(isProvider(each) && nameOf(each).startsWith("default")),
    );
}

/** The state of a stack without components: every custom resource stands right below the stack. */
export function flatten(source: Export, target: Target): Export {
    const resources = (source.deployment.resources ?? []).filter(({ custom }) => custom);
    const flatUrn = (each: StateResource) =>
        `urn:pulumi:${target.stack}::${target.project}::${each.type}::${nameOf(each)}`;
    const urns = new Map(resources.map((each) => [each.urn, flatUrn(each)]));
    if (new Set(urns.values()).size < resources.length) {
        throw new Error("two resources have the same type and name under different parents");
    }
    const stack = stackResource(target);
    return {
        version: source.version,
        deployment: {
            manifest: source.deployment.manifest,
            resources: [
                stack,
                ...resources.map((each) =>
                    moved(each, urns, isDefaultProvider(each) ? undefined : stack.urn),
                ),
            ],
        },
    };
}

/** The state of a stack whose program registers nothing. */
export function emptyOf(source: Export, target: Target): Export {
    return {
        version: source.version,
        deployment: { manifest: source.deployment.manifest, resources: [stackResource(target)] },
    };
}

function stackResource({ project, stack }: Target): StateResource {
    const urn = `urn:pulumi:${stack}::${project}::${STACK_TYPE}::${project}-${stack}`;
    return { urn, type: STACK_TYPE, custom: false };
}

function isDefaultProvider(resource: StateResource): boolean {
    return isProvider(resource) && nameOf(resource).startsWith("default");
}

/** Fields that name other resources, or places in the sources of the program that made the state. */
const NOT_KEPT = ["parent", "aliases", "sourcePosition", "stackTrace", "deletedWith", "replaceWith"];

function moved(
    resource: StateResource,
    urns: ReadonlyMap<string, string>,
    parent: string | undefined,
): StateResource {
    const known = (others: readonly string[]) => others.flatMap((urn) => urns.get(urn) ?? []);
    const { dependencies, propertyDependencies, provider } = resource as {
        dependencies?: string[];
        propertyDependencies?: Record<string, string[]>;
        provider?: string;
    };
    const kept = Object.fromEntries(Object.entries(resource).filter(([field]) => !NOT_KEPT.includes(field)));
    return {
        ...(kept as StateResource),
        urn: urns.get(resource.urn) ?? resource.urn,
        ...(parent !== undefined && { parent }),
        ...(dependencies && { dependencies: known(dependencies) }),
        ...(propertyDependencies && {
            propertyDependencies: Object.fromEntries(
                Object.entries(propertyDependencies).map(([name, others]) => [name, known(others)]),
            ),
        }),
        ...(provider !== undefined && { provider: movedProvider(provider, urns) }),
    };
}

/** A provider's reference is its URN and, behind the last separator, its id. */
function movedProvider(reference: string, urns: ReadonlyMap<string, string>): string {
    const end = reference.lastIndexOf("::");
    const urn = reference.slice(0, end);
    return (urns.get(urn) ?? urn) + reference.slice(end);
}
