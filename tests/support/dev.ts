import { dev } from "../../stacks/dev";
import { DevSettings } from "../../stacks/devSettings";
import { readSettings } from "../../stacks/settings";
import { rawConfig, stackFile } from "./config";
import { Graph, record } from "./graph";

/** Stands for the sample app, which needs no bundle to be recorded. */
export const SAMPLE = { context: "/sample", version: "abc" };

/** The settings of `Pulumi.dev.yaml`, with changes as the engine hands them over. */
export function settingsOf(changes: Record<string, string> = {}): DevSettings {
    return readSettings(rawConfig("dev", { ...stackFile("Pulumi.dev.yaml"), ...changes })) as DevSettings;
}

/** Records the dev composition. */
export async function recordDev(changes: Record<string, string> = {}): Promise<Graph> {
    return await record(() =>
        Object.values(dev(settingsOf(changes), SAMPLE).systems).map(({ apps }) => Object.values(apps)),
    );
}
