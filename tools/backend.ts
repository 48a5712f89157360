import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { projectRoot, stateFolder } from "./setup/paths";

const FILES = "file://";

/**
 * Folder of this machine where the stacks' states lie; undefined where they lie somewhere else. Read as Pulumi reads it:
 * a path that is not absolute starts at the project's root.
 */
export function backendFolder(env: NodeJS.ProcessEnv = process.env): string | undefined {
    const url = env.PULUMI_BACKEND_URL;
    if (!url) {
        return stateFolder;
    }
    if (!url.startsWith(FILES)) {
        return undefined;
    }
    const [folder = ""] = url.slice(FILES.length).split("?");
    return path.resolve(projectRoot, folder.replace(/^~(?=\/|$)/, os.homedir()));
}

/** The project's name, as Pulumi.yaml has it. */
export function projectName(): string {
    const text = fs.readFileSync(path.join(projectRoot, "Pulumi.yaml"), "utf8");
    return /^name:\s*(\S+)/m.exec(text)?.[1] ?? "";
}

/** A stack's own name: Pulumi takes it with its organization and project in front, too. */
export function plainName(stack: string): string {
    return stack.split("/").at(-1) ?? stack;
}
