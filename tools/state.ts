import fs from "node:fs";
import path from "node:path";
import { backendFolder, plainName, projectName } from "./backend";
import { pulumiJson } from "./pulumi";
import { Environment } from "./setup";

/** A resource in a stack's state, as far as commands ask for it. Secrets are encrypted in it. */
export interface Recorded {
    readonly urn: string;
    readonly type: string;
    /** What the provider knows it by. */
    readonly id?: string;
    /** Replaced or removed, and not deleted yet. */
    readonly delete?: boolean;
    readonly protect?: boolean;
    readonly inputs?: Readonly<Record<string, unknown>>;
    readonly outputs?: { readonly name?: string; readonly app?: string };
    /** When it came into the state, as ISO 8601. */
    readonly created?: string;
}

/** Something that a run had begun, and of which the state does not know how it ended. */
export interface PendingOperation {
    readonly type: "creating" | "updating" | "deleting" | "reading" | "importing";
    readonly resource: Recorded;
}

/** All that a stack's state holds. */
export interface Deployment {
    readonly resources: readonly Recorded[];
    readonly pending: readonly PendingOperation[];
}

/** A state as Pulumi writes it. */
interface Written {
    readonly resources?: Recorded[];
    readonly pending_operations?: PendingOperation[];
}

/** What a stack has, as its state tells. */
export async function readState(environment: Environment, stack: string): Promise<Recorded[]> {
    return [...(await readDeployment(environment, stack)).resources];
}

/** A stack's whole state: from its file where that lies on this machine, which takes a moment instead of a second. */
export async function readDeployment(environment: Environment, stack: string): Promise<Deployment> {
    const { resources = [], pending_operations: pending = [] } =
        readFile(stack) ?? (await exported(environment, stack));
    return { resources, pending };
}

async function exported(environment: Environment, stack: string): Promise<Written> {
    const { deployment } = (await pulumiJson(environment, ["stack", "export", "--stack", stack])) as {
        deployment: Written;
    };
    return deployment;
}

/** The only version of the file whose form is known here. */
const VERSION = 3;

/** Undefined where there is no such file, or one of another form: a packed one, or one of other days. */
function readFile(stack: string): Written | undefined {
    const backend = backendFolder();
    if (backend === undefined) {
        return undefined;
    }
    const file = path.join(backend, ".pulumi/stacks", projectName(), `${plainName(stack)}.json`);
    if (!fs.existsSync(file)) {
        return undefined;
    }
    const { version, checkpoint } = JSON.parse(fs.readFileSync(file, "utf8")) as {
        version: number;
        checkpoint?: { latest?: Written };
    };
    return version === VERSION ? (checkpoint?.latest ?? {}) : undefined;
}
