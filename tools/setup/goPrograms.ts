import fs from "node:fs";
import path from "node:path";
import { FileStep } from "./cachedStep";
import { moduleStep } from "./engine";
import { ensureMade } from "./onDemand";
import { cacheFolder, projectRoot } from "./paths";

/** A program of others that only benches, tests or a rehearsal run. Its Go module is in reach everywhere. */
export interface GoProgram {
    /** Name of its stamp and its folder in the cache. */
    readonly id: string;
    readonly title: string;
    /** What cannot be had otherwise, in the error where there is no Go. */
    readonly subject: string;
    /** Folder of its go.mod and go.sum, from the project's root. */
    readonly folder: string;
    readonly goModule: string;
    readonly goPackage: string;
    /** Variable that tells it its own version. @default it has none */
    readonly versionSymbol?: string;
    /** Name of the file, as Go makes it: the package's last part. */
    readonly program: string;
    /** Room that a build takes while Go has nothing of it yet. */
    readonly needsMb: number;
}

/** A program, ready to run. */
export interface BuiltProgram {
    readonly file: string;
    readonly version: string;
}

/** Builds a program, out of a module whose sums are pinned, where that has not been done yet. */
export async function ensureProgram(
    program: GoProgram,
    signal: AbortSignal,
    say: (line: string) => void,
): Promise<BuiltProgram> {
    const step = programStep(program, signal);
    const [file = ""] = step.outputs;
    if (!fs.existsSync(file)) {
        say(`  building ${step.title} (once; minutes)`);
    }
    await ensureMade(step);
    return { file, version: programVersion(program) };
}

/** The build as a part of the set-up. */
function programStep(made: GoProgram, signal: AbortSignal): FileStep {
    const { id, title, subject, folder, goModule, goPackage, versionSymbol, program, needsMb } = made;
    const version = programVersion(made);
    const symbols = versionSymbol === undefined ? [] : [`-X ${versionSymbol}=v${version}`];
    return moduleStep({
        id,
        title: `${title} ${version}`,
        folder,
        subject,
        goPackage,
        flags: ["-trimpath", "-ldflags", ["-s -w", ...symbols].join(" ")],
        output: path.join(cacheFolder(), "tools", id, program),
        module: `${goModule}@v${version}`,
        needsMb,
        signal,
    });
}

/** One place says the version: go.mod. */
function programVersion({ folder, goModule }: Pick<GoProgram, "folder" | "goModule">): string {
    const text = fs.readFileSync(path.join(projectRoot, folder, "go.mod"), "utf8");
    return new RegExp(`${goModule} v(\\S+)`).exec(text)?.[1] ?? "of an unknown version";
}
