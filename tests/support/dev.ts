import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { dev } from "../../stacks/dev";
import { readSettings, Settings } from "../../stacks/settings";
import { Graph, record } from "./graph";

/** Stands for the sample app, which needs no bundle to be recorded. */
export const SAMPLE = { context: "/sample", version: "abc" };

/** The settings of `Pulumi.dev.yaml`, with changes as the engine hands them over. */
export function settingsOf(changes: Record<string, string> = {}): Settings {
    const { config } = parse(readFileSync(join(__dirname, "..", "..", "Pulumi.dev.yaml"), "utf8")) as {
        config: Record<string, unknown>;
    };
    const values = Object.entries(config).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
    ]);
    return readSettings({
        stack: "dev",
        values: { ...(Object.fromEntries(values) as Record<string, string>), ...changes },
        isSecret: () => false,
    });
}

/** Records the dev composition. */
export async function recordDev(changes: Record<string, string> = {}): Promise<Graph> {
    return await record(() =>
        Object.values(dev(settingsOf(changes), SAMPLE)).map(({ apps }) => Object.values(apps)),
    );
}
