import type Docker from "dockerode";
import type { AuthConfig } from "dockerode";
import { parseReference } from "../../lib/imageReference";
import { Problem } from "../../lib/problems";
import { loginFor } from "./logins";

/** What a registry says today of one reference. */
export type Asked =
    | { readonly reference: string; readonly digest: string }
    | { readonly reference: string; readonly problem: Problem };

type Login = (registry: string) => Promise<AuthConfig | undefined>;

/**
 * Asks the registries for what each reference means today, all at once. The engine does the asking, so its mirrors and
 * its proxies are those that a pull would go through; nothing is pulled.
 */
export function askDigests(
    docker: Docker,
    references: readonly string[],
    login: Login = loginFor,
): Promise<Asked[]> {
    return Promise.all(references.map((reference) => askDigest(docker, reference, login)));
}

async function askDigest(docker: Docker, reference: string, login: Login): Promise<Asked> {
    const parsed = parseReference(reference);
    if (parsed === undefined) {
        return { reference, problem: { path: reference, message: "is no reference of an image" } };
    }
    try {
        const authconfig = await login(parsed.registry);
        const { Descriptor } = await docker.getImage(reference).distribution({ authconfig });
        return { reference, digest: Descriptor.digest };
    } catch (error) {
        return { reference, problem: explain(reference, parsed.registry, error) };
    }
}

/** As the client of the engine throws it: an answer's own words are in its body. */
type EngineError = Error & { statusCode?: number; json?: { message?: string } };

const unreachable =
    /dial tcp|no such host|lookup |i\/o timeout|Client\.Timeout|context deadline|connection re(fused|set)|network is unreachable|TLS handshake|x509|EOF/i;
const refused = /unauthorized|denied|authentication required|no basic auth/i;
const unknown = /manifest unknown|not found|name unknown|no such manifest/i;

/** What an engine's error means: it hands on the registry's own, or says how far it came. */
function explain(reference: string, registry: string, error: unknown): Problem {
    const failed = error as EngineError;
    const { statusCode } = failed;
    const message = failed.json?.message ?? failed.message;
    if (statusCode === undefined) {
        return {
            path: reference,
            message: `the Docker engine does not answer: ${message}`,
            fix: "Start it, then run this again.",
        };
    }
    if (unreachable.test(message)) {
        const fix = "Check the network, the engine's proxies and mirrors; then run this again.";
        return { path: reference, message: `the registry ${registry} cannot be reached`, fix };
    }
    if (refused.test(message)) {
        const server = registry === "docker.io" ? "" : ` ${registry}`;
        const fix = `Check the name; if the image is private: docker login${server}`;
        return {
            path: reference,
            message: `the registry ${registry} has no such image, or does not show it to you`,
            fix,
        };
    }
    if (statusCode === 404 || unknown.test(message)) {
        const fix = "Check name and tag at the registry.";
        return { path: reference, message: `the registry ${registry} has no such image`, fix };
    }
    return { path: reference, message: `the registry ${registry} gave no digest: ${message}` };
}
