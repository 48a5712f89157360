import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, readdir, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

const HERE = __dirname;
const ROOT = join(HERE, "..", "..");
const SOURCES = join(HERE, "src");
const DIST = join(HERE, "dist");
const ENTRY_POINTS = ["server", "migrate"] as const;

/**
 * Bundles the sample app, one CommonJS file an entry point, and returns the folder that holds them. Does next to nothing
 * when they were made from the same sources already; the same sources always give the same bytes.
 */
export async function buildSample(dist = DIST): Promise<string> {
    const stampFile = join(dist, ".stamp");
    const inputs = await hashFiles(await inputFiles());
    if ((await textOf(stampFile)) === (await stamp(inputs, dist))) {
        return dist;
    }
    await mkdir(dist, { recursive: true });
    for (const { path, contents } of await bundle()) {
        await writeAtomically(join(dist, basename(path)), contents);
    }
    await writeAtomically(stampFile, (await stamp(inputs, dist)) ?? "");
    return dist;
}

async function bundle() {
    // Loaded here: a build that has nothing to do shall not wait for it.
    const { build } = await import("esbuild");
    const { outputFiles } = await build({
        entryPoints: ENTRY_POINTS.map((name) => join(SOURCES, `${name}.ts`)),
        outdir: DIST,
        absWorkingDir: ROOT,
        bundle: true,
        platform: "node",
        target: "node20",
        format: "cjs",
        // Optional helpers of pg and ws: not installed, and done without.
        external: ["pg-native", "bufferutil", "utf-8-validate"],
        // Without this the nearest tsconfig.json would have a say.
        tsconfigRaw: {},
        legalComments: "inline",
        write: false,
        logLevel: "warning",
    });
    return outputFiles;
}

/** What the bundle is made from. The lock file stands for the packages. */
async function inputFiles(): Promise<string[]> {
    const sources = (await readdir(SOURCES)).sort().map((name) => join(SOURCES, name));
    return [__filename, join(ROOT, "package-lock.json"), ...sources];
}

/** Names the inputs and the bundles made from them, so that a bundle that was cut short is made anew. */
async function stamp(inputs: string, dist: string): Promise<string | undefined> {
    try {
        const outputs = ENTRY_POINTS.map((name) => join(dist, `${name}.js`));
        return `${inputs} ${await hashFiles(outputs)}`;
    } catch {
        return undefined;
    }
}

async function hashFiles(paths: readonly string[]): Promise<string> {
    const hash = createHash("sha256");
    for (const path of paths) {
        const content = await readFile(path);
        hash.update(`${basename(path)} ${content.length}\n`).update(content);
    }
    return hash.digest("hex");
}

/** The text of a file, none when it is not there. */
async function textOf(path: string): Promise<string> {
    try {
        return await readFile(path, "utf8");
    } catch {
        return "";
    }
}

/** Two builds may run at the same time: each file is either the old one or the new one, never a part. */
async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
    const temporary = `${path}.${randomUUID()}`;
    await writeFile(temporary, content);
    await rename(temporary, path);
}

if (require.main === module) {
    void buildSample().then(console.log);
}
