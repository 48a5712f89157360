import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { RawConfig } from "../../stacks/config";

const ROOT = join(__dirname, "..", "..");

/** The settings of a stack's file, as it stands in the project. */
export function stackFile(name: string): Record<string, unknown> {
    const { config } = parse(readFileSync(join(ROOT, name), "utf8")) as { config: Record<string, unknown> };
    return config;
}

/** Settings as the engine hands them over: texts, with lists and maps as JSON. */
export function rawConfig(
    stack: string,
    config: Readonly<Record<string, unknown>>,
    more: Partial<RawConfig> = {},
): RawConfig {
    const texts = Object.entries(config).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
    ]);
    return {
        stack,
        values: Object.fromEntries(texts) as Record<string, string>,
        isSecret: () => false,
        environment: {},
        readFile: (path) =>
            existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path), "utf8") : undefined,
        ...more,
    };
}
