import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Problem } from "../lib/problems";

/** A stack's configuration as plain text by full key, `namespace:key`. Secrets are decrypted in it. */
export interface RawConfig {
    readonly stack: string;
    readonly values: Readonly<Record<string, string>>;
    /** Whether a value is encrypted in the stack's file. */
    isSecret(key: string): boolean;
    /** The environment of the program: tokens and the engine of the shell's own `docker` command may stand there. */
    readonly environment: Readonly<Record<string, string | undefined>>;
    /** Content of a file of the project; undefined where there is none. */
    readFile(path: string): string | undefined;
}

/** The configuration of the running stack. */
export function stackConfig(): RawConfig {
    const secretKeys = secretKeysOf(process.env.PULUMI_CONFIG_SECRET_KEYS);
    return {
        stack: pulumi.getStack(),
        values: pulumi.runtime.allConfig(),
        isSecret: (key) => secretKeys.includes(key),
        environment: process.env,
        readFile: (path) =>
            existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path), "utf8") : undefined,
    };
}

const ROOT = join(__dirname, "..");

/** The engine hands over the names of encrypted keys in a variable; the SDK does not show them. */
function secretKeysOf(variable: string | undefined): string[] {
    const parsed: unknown = variable ? JSON.parse(variable) : [];
    return Array.isArray(parsed) ? parsed.map(String) : [];
}

/** Reads values by key and collects what is wrong with them, so that all of it can be reported at once. */
export class ConfigReader {
    readonly problems: Problem[] = [];

    constructor(
        private readonly raw: RawConfig,
        private readonly asked = new Set<string>(),
    ) {}

    /** Reads what the stack has no use for today: its keys are known for the day that it has, and nothing in it is wrong. */
    aside(): ConfigReader {
        return new ConfigReader(this.raw, this.asked);
    }

    /** The command that sets a key. */
    setCommand(key: string, value: string): string {
        return `pulumi config set --stack ${this.raw.stack} ${key} ${value}`;
    }

    text(key: string): string | undefined {
        this.asked.add(key);
        // Pulumi.yaml declares an empty default for what may be left out: a declared key must have one.
        return this.raw.values[key] === "" ? undefined : this.raw.values[key];
    }

    isSecret(key: string): boolean {
        return this.raw.isSecret(key);
    }

    /** A value that has to be there. Empty, and a problem, when it is not. */
    required(key: string, description: string): string {
        const value = this.text(key);
        if (value === undefined) {
            this.wrong(key, `is missing: ${description}`, this.setCommand(key, "VALUE"));
        }
        return value ?? "";
    }

    oneOf<Choice extends string>(
        key: string,
        choices: readonly Choice[],
        otherwise: string,
    ): Choice | undefined {
        const value = this.text(key) ?? otherwise;
        const found = choices.find((choice) => choice === value);
        if (found === undefined) {
            this.wrong(
                key,
                `"${value}" is unknown: one of ${choices.join(", ")}`,
                this.setCommand(key, choices[0] ?? ""),
            );
        }
        return found;
    }

    integer(key: string, otherwise: number): number {
        const value = this.text(key);
        if (value === undefined) {
            return otherwise;
        }
        if (!/^-?\d+$/.test(value)) {
            this.wrong(key, `"${value}" is no whole number`, this.setCommand(key, String(otherwise)));
            return otherwise;
        }
        return Number(value);
    }

    flag(key: string, otherwise: boolean): boolean {
        const value = this.text(key) ?? String(otherwise);
        if (value !== "true" && value !== "false") {
            this.wrong(key, `"${value}" is neither true nor false`, this.setCommand(key, String(otherwise)));
        }
        return value === "true";
    }

    texts(key: string): string[] | undefined {
        const value = this.json(key);
        if (
            value === undefined ||
            (Array.isArray(value) && value.every((item) => typeof item === "string"))
        ) {
            return value;
        }
        this.wrong(key, "is no list of texts", this.setCommand(`--path '${key}[0]'`, "VALUE"));
        return undefined;
    }

    /** A variable of the program's environment. */
    variable(name: string): string | undefined {
        return this.raw.environment[name] === "" ? undefined : this.raw.environment[name];
    }

    /** A map from names to values; only `names` are allowed in it. */
    map<Value>(
        key: string,
        names: readonly string[],
        isValue: (value: unknown) => value is Value,
        kind: string,
    ): Record<string, Value> {
        const values = this.anyMap(key, isValue, kind, names[0]);
        const unknown = Object.keys(values).filter((name) => !names.includes(name));
        for (const name of unknown) {
            this.wrong(`${key}.${name}`, `is unknown: ${oneOfNames(names)}`);
        }
        return Object.fromEntries(Object.entries(values).filter(([name]) => !unknown.includes(name)));
    }

    /** A map from any names to values. */
    anyMap<Value>(
        key: string,
        isValue: (value: unknown) => value is Value,
        kind: string,
        example = "NAME",
    ): Record<string, Value> {
        const value = this.json(key) ?? {};
        if (typeof value !== "object" || Array.isArray(value)) {
            this.wrong(key, "is no map", this.setCommand(`--path '${key}.${example}'`, "VALUE"));
            return {};
        }
        const accepted: Record<string, Value> = {};
        for (const [name, each] of Object.entries(value)) {
            if (isValue(each)) {
                accepted[name] = each;
            } else {
                this.wrong(`${key}.${name}`, `is not ${kind}`);
            }
        }
        return accepted;
    }

    wrong(path: string, message: string, fix?: string): void {
        this.problems.push({ path, message, fix });
    }

    /** Keys of the given namespaces that nobody asked for: most likely a slip of the pen. */
    reportUnknown(namespaces: readonly string[]): void {
        for (const key of Object.keys(this.raw.values).sort()) {
            const namespace = key.split(":", 1)[0] ?? "";
            if (namespaces.includes(namespace) && !this.asked.has(key)) {
                const known = [...this.asked].filter((each) => each.startsWith(`${namespace}:`)).sort();
                this.wrong(
                    key,
                    `is unknown: ${oneOfNames(known)}`,
                    `pulumi config rm --stack ${this.raw.stack} ${key}`,
                );
            }
        }
    }

    private json(key: string): unknown {
        const value = this.text(key);
        if (value === undefined) {
            return undefined;
        }
        try {
            return JSON.parse(value);
        } catch {
            this.wrong(key, "is neither a list nor a map");
            return undefined;
        }
    }
}

function oneOfNames(names: readonly string[]): string {
    return names.length === 0 ? "there is nothing to set" : `one of ${names.join(", ")}`;
}

export function isText(value: unknown): value is string {
    return typeof value === "string" && value !== "";
}

export function isNumber(value: unknown): value is number {
    return typeof value === "number";
}

/** Whether a value is a map with no other fields than these, each of its kind. */
export function isMapOf(
    value: unknown,
    fields: Record<string, (value: unknown) => boolean>,
): value is object {
    return (
        typeof value === "object" &&
        value !== null &&
        Object.entries(value).every(([name, each]) => fields[name]?.(each) ?? false)
    );
}
