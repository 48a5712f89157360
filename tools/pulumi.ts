import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { backendFolder, plainName, projectName } from "./backend";
import { Ended, runForeground } from "./children";
import { Environment } from "./setup";
import { cliFolder } from "./setup/engine";
import { SetupError } from "./setup/errors";
import { projectRoot, stateFolder } from "./setup/paths";
import { settleGit } from "./setup/state";

/** The stack that a command is about: its `-s`, else BERTH_STACK, else dev. */
export function stackName(values: Map<string, string>, env: NodeJS.ProcessEnv = process.env): string {
    const chosen = values.get("--stack") ?? values.get("-s") ?? env.BERTH_STACK;
    return chosen === undefined || chosen === "" ? "dev" : chosen;
}

/** The options that `stackName` reads. */
export const stackOptions = ["-s", "--stack"];

/** Runs a Pulumi command at the project's root, with the variables of the set-up. */
export function pulumi(
    environment: Environment,
    args: string[],
    options: { capture?: boolean } = {},
): Promise<Ended> {
    const home =
        environment.variables.PULUMI_HOME ?? process.env.PULUMI_HOME ?? path.join(os.homedir(), ".pulumi");
    return runForeground(path.join(cliFolder(home), "pulumi"), args, {
        cwd: projectRoot,
        env: environment.variables,
        capture: options.capture,
    });
}

/** Runs a Pulumi command for its output, which is JSON. */
export async function pulumiJson(environment: Environment, args: string[]): Promise<unknown> {
    const { code, stdout } = await pulumi(environment, args, { capture: true });
    if (code !== 0) {
        throw new SetupError(`\`pulumi ${args.join(" ")}\` failed (${code}).`, "See what it says above.");
    }
    return JSON.parse(stdout);
}

/** Makes the stack where there is none yet. */
export async function ensureStack(environment: Environment, stack: string): Promise<void> {
    if (!(await stackExists(environment, stack))) {
        const { code } = await pulumi(environment, ["stack", "init", stack]);
        if (code !== 0) {
            throw new SetupError(`The stack ${stack} could not be made.`, "See what Pulumi says above.");
        }
        await settleGit();
    }
}

/** Whether a stack is there. Where its state lies on this machine the file tells, in a moment and whatever state it is in. */
export async function stackExists(environment: Environment, stack: string): Promise<boolean> {
    const backend = backendFolder();
    if (backend !== undefined && hasFile(backend, plainName(stack))) {
        return true;
    }
    if (backend === stateFolder) {
        return false;
    }
    const stacks = (await pulumiJson(environment, ["stack", "ls", "--json"])) as { name: string }[];
    return stacks.some(({ name }) => name === stack || name.endsWith(`/${stack}`));
}

function hasFile(backend: string, stack: string): boolean {
    const file = path.join(backend, ".pulumi/stacks", projectName(), `${stack}.json`);
    return ["", ".gz", ".zst"].some((packed) => fs.existsSync(file + packed));
}
