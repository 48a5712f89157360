import { Answer, json } from "./http";
import { Log, reason } from "./log";
import { within } from "./timeout";

/** Something the app cannot work without. */
export interface Dependency {
    readonly name: string;
    /** Asks it something real; an error says that it does not work. */
    check(): Promise<unknown>;
}

/** How long a dependency may take to answer a health check. */
export const CHECK_TIMEOUT_MS = 2000;

/**
 * Checks every dependency at the same time. Why one failed stands in the log, not in the answer: the path is public, and
 * an error names internal addresses.
 */
export async function checkHealth(
    identity: { readonly app: string; readonly version: string },
    dependencies: readonly Dependency[],
    log: Log,
    timeoutMs = CHECK_TIMEOUT_MS,
): Promise<Answer> {
    const results = await Promise.all(
        dependencies.map(async (dependency) => {
            try {
                await within(timeoutMs, dependency.check());
                return [dependency.name, "connected"] as const;
            } catch (error) {
                log.error("health check failed", { dependency: dependency.name, reason: reason(error) });
                return [dependency.name, "unreachable"] as const;
            }
        }),
    );
    const healthy = results.every(([, state]) => state === "connected");
    return json(healthy ? 200 : 503, {
        status: healthy ? "ok" : "error",
        app: identity.app,
        version: identity.version,
        ...Object.fromEntries(results),
    });
}
