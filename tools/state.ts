import { pulumiJson } from "./pulumi";
import { Environment } from "./setup";

/** A resource in a stack's state, as far as commands ask for it. */
export interface Recorded {
    readonly urn: string;
    readonly type: string;
    /** Replaced or removed, and not deleted yet. */
    readonly delete?: boolean;
    readonly protect?: boolean;
    readonly outputs?: { readonly name?: string; readonly app?: string };
}

/** What a stack has, as its state tells. */
export async function readState(environment: Environment, stack: string): Promise<Recorded[]> {
    const { deployment } = (await pulumiJson(environment, ["stack", "export", "--stack", stack])) as {
        deployment: { resources?: Recorded[] };
    };
    return deployment.resources ?? [];
}
