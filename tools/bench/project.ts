import fs from "node:fs";
import path from "node:path";
import { parse, stringify } from "yaml";
import { pulumi } from "../pulumi";
import { Environment } from "../setup";
import { SetupError } from "../setup/errors";
import { projectRoot } from "../setup/paths";
import { Export, Target } from "./deployment";

/** A Pulumi project in a temporary folder, with a stack whose state is there already. */
export interface TemporaryProject {
    readonly folder: string;
    readonly stack: string;
    /** The set-up's variables, with a backend in the temporary folder. */
    readonly environment: Environment;
}

/** What the project runs. */
export interface Program extends Target {
    /** A file beside this one. */
    readonly source: string;
    /** Files beside the program, by name. */
    readonly data?: Readonly<Record<string, unknown>>;
    readonly state: Export;
}

/**
 * Makes a project below `root`, a folder that nobody else can read: state and data hold secrets in clear. It runs plain
 * JavaScript, on the packages and with the providers of this one, on a backend that is a folder, with the same passphrase.
 */
export async function makeProject(
    root: string,
    environment: Environment,
    program: Program,
): Promise<TemporaryProject> {
    const folder = path.join(root, program.stack);
    const backend = path.join(root, "state");
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    fs.mkdirSync(backend, { recursive: true, mode: 0o700 });
    writePrivate(path.join(folder, "Pulumi.yaml"), projectFile(program.project));
    writePrivate(path.join(folder, "package.json"), JSON.stringify({ name: program.project, private: true }));
    fs.copyFileSync(path.join(__dirname, program.source), path.join(folder, "index.js"));
    fs.symlinkSync(path.join(projectRoot, "node_modules"), path.join(folder, "node_modules"));
    for (const [name, value] of Object.entries(program.data ?? {})) {
        writePrivate(path.join(folder, name), JSON.stringify(value));
    }
    const variables = { ...environment.variables, PULUMI_BACKEND_URL: `file://${backend}` };
    const project = { folder, stack: program.stack, environment: { ...environment, variables } };
    await importState(project, program.state);
    return project;
}

async function importState(project: TemporaryProject, state: Export): Promise<void> {
    const file = path.join(project.folder, "import.json");
    await quietly(project, ["stack", "init", project.stack]);
    writePrivate(file, JSON.stringify(withSecrets(state, project)));
    try {
        await quietly(project, ["stack", "import", "--stack", project.stack, "--file", file]);
    } finally {
        fs.rmSync(file, { force: true });
    }
}

/** An import encrypts with what the state names: the new stack's own salt, and the passphrase that is set. */
function withSecrets({ version, deployment }: Export, { folder, stack }: TemporaryProject): Export {
    const file = path.join(folder, `Pulumi.${stack}.yaml`);
    const { encryptionsalt: salt } = parse(fs.readFileSync(file, "utf8")) as { encryptionsalt?: string };
    return {
        version,
        deployment: { ...deployment, secrets_providers: { type: "passphrase", state: { salt } } },
    };
}

/** Runs a command of Pulumi's and shows what it says only when it fails. */
async function quietly({ folder, environment }: TemporaryProject, args: string[]): Promise<void> {
    const { code, stdout } = await pulumi(environment, ["-C", folder, "--non-interactive", ...args], {
        capture: true,
    });
    if (code !== 0) {
        process.stderr.write(stdout);
        throw new SetupError(
            `\`pulumi ${args.slice(0, 2).join(" ")}\` failed (${code}) in a temporary project.`,
            "See what it says above.",
        );
    }
}

/** The project's own file, but for the program: its providers that lie in a folder are the same. */
function projectFile(name: string): string {
    const own = parse(fs.readFileSync(path.join(projectRoot, "Pulumi.yaml"), "utf8")) as {
        plugins?: { providers?: { name: string; path: string }[] };
    };
    const providers = (own.plugins?.providers ?? []).map((provider) => ({
        ...provider,
        path: path.resolve(projectRoot, provider.path),
    }));
    return stringify({
        name,
        runtime: { name: "nodejs", options: { typescript: false } },
        main: "index.js",
        ...(providers.length > 0 && { plugins: { providers } }),
    });
}

function writePrivate(file: string, text: string): void {
    fs.writeFileSync(file, text, { mode: 0o600 });
}
