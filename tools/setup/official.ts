import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { run } from "./command";
import { cliFolder, installedVersion, pluginFile } from "./engine";
import { projectRoot } from "./paths";

/** Providers that every stack starts; the clouds' are fetched by the engine when a stack first needs them. */
const providers = ["docker", "random"];

/** The official CLI and plugins, in the user's own Pulumi home, as plain `pulumi` commands would get them. */
export async function ensureOfficialEngine(
    note: (text: string) => void,
    home: string = process.env.PULUMI_HOME ?? path.join(os.homedir(), ".pulumi"),
): Promise<string> {
    let fetched = false;
    if (!fs.existsSync(path.join(cliFolder(home), "pulumi"))) {
        note(`downloading the CLI ${installedVersion("pulumi")}`);
        fetched = true;
        await pulumi(["version"], "downloading the Pulumi CLI");
    }
    for (const name of providers.filter((provider) => !fs.existsSync(pluginFile(home, provider)))) {
        const version = installedVersion(`@pulumi/${name}`);
        note(`downloading the plugin ${name} ${version}`);
        fetched = true;
        await pulumi(["plugin", "install", "resource", name, version], `downloading the plugin ${name}`);
    }
    return fetched ? "downloaded" : "there";
}

async function pulumi(args: string[], purpose: string): Promise<void> {
    const script = path.join(projectRoot, "node_modules/pulumi/run.js");
    await run(process.execPath, [script, ...args], {
        cwd: projectRoot,
        env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
        purpose,
    });
}
