import fs from "node:fs";
import path from "node:path";
import { FileStep } from "./cachedStep";
import { moduleStep } from "./engine";
import { ensureMade } from "./onDemand";
import { cacheFolder, projectRoot } from "./paths";

const folder = "tools/actionlint";
const goModule = "github.com/rhysd/actionlint";

/** The linter of GitHub's workflows. It is published as a program for each platform and as a module: a module is in reach everywhere. */
export function actionlintStep(signal: AbortSignal): FileStep {
    const version = pinnedVersion();
    return moduleStep({
        id: "actionlint",
        title: `actionlint ${version}`,
        folder,
        subject: "actionlint, which lints the workflows in the tests,",
        goPackage: `${goModule}/cmd/actionlint`,
        flags: ["-trimpath", "-ldflags", "-s -w"],
        output: path.join(cacheFolder(), "tools/actionlint"),
        module: `${goModule}@v${version}`,
        needsMb: 100,
        signal,
    });
}

/** One place says the version: go.mod. */
function pinnedVersion(): string {
    const text = fs.readFileSync(path.join(projectRoot, folder, "go.mod"), "utf8");
    return new RegExp(`${goModule} v(\\S+)`).exec(text)?.[1] ?? "of an unknown version";
}

/** The linter's program; it is built where set-up has not done so: tests run on their own, too. */
export async function ensureActionlint(): Promise<string> {
    const [file = ""] = await ensureMade(actionlintStep(new AbortController().signal));
    return file;
}
