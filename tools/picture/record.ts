import fs from "node:fs";
import path from "node:path";
import * as rpc from "@pulumi/pulumi/runtime/rpc";
import { parse } from "yaml";
import { dev } from "../../stacks/dev";
import { DevSettings } from "../../stacks/devSettings";
import { readSettings } from "../../stacks/settings";
import { recordRequests, Registered } from "../recording";
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
        environment: {},
        readFile: () => undefined,
    }) as DevSettings;
    return record(() => dev(settings, SAMPLE).systems);
}

/** Runs a program on mocks and records what it registers. */
export async function record(program: () => unknown): Promise<RecordedResource[]> {
    const recorded = await recordRequests(program, {
        project: PROJECT,
        stack: STACK,
        answer: ({ name, inputs }) => ({
            id: `${name}-id`,
            state: { name, ...(inputs as Record<string, unknown>) },
        }),
    });
    return recorded.map(resourceOf);
}

function resourceOf({ request, urn }: Registered): RecordedResource {
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
