import fs from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import * as rpc from "@pulumi/pulumi/runtime/rpc";
import { parse } from "yaml";
import { dev } from "../../stacks/dev";
import { readSettings } from "../../stacks/settings";
import { projectRoot } from "../setup/paths";

/** A resource as the program registered it, as far as a picture needs it. */
export interface RecordedResource {
    readonly urn: string;
    readonly type: string;
    readonly name: string;
    /** URN of the parent; empty for the stack's own children. */
    readonly parent: string;
    /** Inputs with every secret left out. */
    readonly inputs: Readonly<Record<string, unknown>>;
    /** URNs of the resources that the inputs come from. */
    readonly dependencies: readonly string[];
}

const STACK = "dev";
const PROJECT = "berth";

/** Stands for the sample app: nothing of it is drawn, so it needs no bundle. */
const SAMPLE = { context: "sample", version: "0" };

/** Long enough for every secret that has a least length. */
const HIDDEN = "*".repeat(64);

/** Runs the program of the stack dev against Pulumi's mocks, and tells what it registers: no engine, nothing is touched. */
export async function recordDevStack(root: string = projectRoot): Promise<RecordedResource[]> {
    const settings = readSettings({
        stack: STACK,
        values: configOf(path.join(root, `Pulumi.${STACK}.yaml`)),
        isSecret: () => true,
    });
    return record(() => dev(settings, SAMPLE));
}

/** Runs a program on mocks and records what it registers. */
export async function record(program: () => unknown): Promise<RecordedResource[]> {
    await pulumi.runtime.setMocks(
        {
            newResource: ({ name, inputs }) => ({
                id: `${name}-id`,
                state: { name, ...(inputs as Record<string, unknown>) },
            }),
            call: ({ inputs }) => inputs as Record<string, unknown>,
        },
        PROJECT,
        STACK,
    );
    const recorded: RecordedResource[] = [];
    watch((request, urn) => recorded.push(resourceOf(request, urn)));
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

function resourceOf(request: RegisterResourceRequest, urn: string): RecordedResource {
    return {
        urn,
        type: request.getType(),
        name: request.getName(),
        parent: request.getParent(),
        inputs: withoutSecrets(request.getObject()?.toJavaScript() ?? {}) as Record<string, unknown>,
        dependencies: request.getDependenciesList(),
    };
}

function withoutSecrets(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(withoutSecrets);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    if (rpc.specialSigKey in value) {
        return undefined;
    }
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, withoutSecrets(field)]));
}

/** A stack's file as the engine hands it over: plain text by full key. What is encrypted is hidden. */
function configOf(file: string): Record<string, string> {
    const { config = {} } = parse(fs.readFileSync(file, "utf8")) as { config?: Record<string, unknown> };
    return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, textOf(value)]));
}

function textOf(value: unknown): string {
    if (typeof value === "object" && value !== null) {
        return "secure" in value ? HIDDEN : JSON.stringify(value);
    }
    return String(value);
}
