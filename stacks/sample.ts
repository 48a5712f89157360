import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The small app that stands in for every app of which no image is set. */
export interface Sample {
    /** Folder that is sent to the engine. */
    readonly context: string;
    /** Changes when anything in the folder does. */
    readonly version: string;
}

const CONTEXT = join(__dirname, "..", "samples", "app");

/** Finds the sample app, as set-up has bundled it. */
export function findSample(context: string = CONTEXT): Sample {
    const bundle = join(context, "dist");
    if (!existsSync(bundle)) {
        throw new Error("The sample app is not built yet. Run: npm run setup");
    }
    const files = [
        ...readdirSync(bundle).map((name) => join(bundle, name)),
        join(context, "Dockerfile"),
        join(context, "package.json"),
        join(context, "bin", "prisma"),
    ].sort();
    const hash = createHash("sha256");
    for (const file of files) {
        hash.update(readFileSync(file));
    }
    return { context, version: hash.digest("hex").slice(0, 12) };
}
