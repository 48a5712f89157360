import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";

/** One registration, as the engine would get it. */
export interface Registered {
    readonly request: RegisterResourceRequest;
    readonly urn: string;
}

/** In what a program is recorded. */
export interface Recording {
    readonly project: string;
    readonly stack: string;
    /** Stands for the providers: id and outputs of a new resource. */
    readonly answer: (resource: pulumi.runtime.MockResourceArgs) => pulumi.runtime.MockResourceResult;
}

/** Runs a program on Pulumi's mocks and tells what it registers, in order: no engine, nothing is touched. */
export async function recordRequests(
    program: () => unknown,
    { project, stack, answer }: Recording,
): Promise<Registered[]> {
    await pulumi.runtime.setMocks(
        { newResource: answer, call: ({ inputs }) => inputs as Record<string, unknown> },
        project,
        stack,
    );
    const recorded: Registered[] = [];
    watch((request, urn) => recorded.push({ request, urn }));
    const { stackTraceLimit } = Error;
    // Pulumi's runtime keeps a stack trace of each of its promises: most of the time here would go into them.
    Error.stackTraceLimit = 0;
    try {
        program();
    } finally {
        // Waits for everything that is still under way, also when the program throws.
        await pulumi.runtime.disconnect();
        Error.stackTraceLimit = stackTraceLimit;
    }
    return recorded;
}

type Register = (
    request: RegisterResourceRequest,
    callback: (error: unknown, response?: { getUrn(): string }) => void,
) => void;

/** What the mocks are told leaves parents and dependencies out: the requests have them. */
function watch(onRegister: (request: RegisterResourceRequest, urn: string) => void): void {
    const monitor = pulumi.runtime.getMonitor();
    if (monitor === undefined) {
        throw new Error("the mocks have no monitor");
    }
    const register = monitor.registerResource.bind(monitor) as Register;
    const watched: Register = (request, callback) => {
        register(request, (error, response) => {
            if (response !== undefined) {
                onRegister(request, response.getUrn());
            }
            callback(error, response);
        });
    };
    monitor.registerResource = watched as typeof monitor.registerResource;
}
