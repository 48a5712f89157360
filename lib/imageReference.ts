/** A reference of an image, taken apart as the engine takes it apart. */
export interface ImageReference {
    /** Registry, with its port where one is given: `docker.io` when the reference names none. */
    readonly registry: string;
    /** Name at the registry: `library/postgres` for `postgres`. */
    readonly repository: string;
    readonly tag?: string;
    /** `sha256:` and 64 hexadecimal digits. */
    readonly digest?: string;
}

const DOCKER_HUB = "docker.io";
const MAX_NAME_LENGTH = 255;

const LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const REGISTRY = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?$`);
const COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const REPOSITORY = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Takes a reference apart; undefined when the engine would not take it for one. */
export function parseReference(text: string): ImageReference | undefined {
    const [named = "", digest, ...more] = text.split("@");
    // A colon before the last slash is that of a registry's port.
    const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
    const name = colon === -1 ? named : named.slice(0, colon);
    const tag = colon === -1 ? undefined : named.slice(colon + 1);
    const { registry, repository } = splitName(name);
    const valid =
        more.length === 0 &&
        REGISTRY.test(registry) &&
        REPOSITORY.test(repository) &&
        name.length <= MAX_NAME_LENGTH &&
        // The engine takes 64 hexadecimal digits for the id of an image that it has.
        !/^[0-9a-f]{64}$/.test(name) &&
        (tag === undefined || TAG.test(tag)) &&
        (digest === undefined || DIGEST.test(digest));
    return valid ? { registry, repository, tag, digest } : undefined;
}

/** The first part is a registry when it cannot be the name of a user: it has a dot, a port or a capital, or is `localhost`. */
function splitName(name: string): { registry: string; repository: string } {
    const slash = name.indexOf("/");
    const first = name.slice(0, Math.max(slash, 0));
    if (!/[.:A-Z]/.test(first) && first !== "localhost") {
        return { registry: DOCKER_HUB, repository: slash === -1 ? `library/${name}` : name };
    }
    const registry = first === "index.docker.io" ? DOCKER_HUB : first;
    const repository = name.slice(slash + 1);
    return registry === DOCKER_HUB && !repository.includes("/")
        ? { registry, repository: `library/${repository}` }
        : { registry, repository };
}

/** A reference without its digest: what the digest was looked up by. */
export function withoutDigest(reference: string): string {
    return reference.split("@", 1)[0] ?? "";
}

/** Whether two references name one repository, however much of it each leaves out. */
export function sameRepository(one: ImageReference, other: ImageReference): boolean {
    return one.registry === other.registry && one.repository === other.repository;
}
