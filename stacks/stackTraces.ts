/** Where Node looks for a hook that writes stack traces. */
export interface StackTraceHook {
    prepareStackTrace?: (error: Error, frames: NodeJS.CallSite[]) => unknown;
}

/**
 * Spares the stack traces that Pulumi's runtime takes of every output of every resource, for the case that a promise is
 * never kept: mapped to sources, they take longer than all the rest of a large preview, and fill the memory
 * (docs/scale.md). Errors that say something keep theirs, and resources the places where they are declared.
 */
export function spareStackTraces(hook: StackTraceHook = Error): void {
    // The compiler's. Without one there are no sources to map to.
    const render = hook.prepareStackTrace;
    if (render !== undefined) {
        hook.prepareStackTrace = (error, frames) => (isMark(error) ? "" : render(error, frames));
    }
}

/** The runtime's errors have no message. Where it looks for a resource's own place, it lifts the limit. */
function isMark(error: Error): boolean {
    return error.message === "" && Number.isFinite(Error.stackTraceLimit);
}
