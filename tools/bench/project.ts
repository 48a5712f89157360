import fs from "node:fs";
import path from "node:path";
import { parse, stringify } from "yaml";
import { pulumi } from "../pulumi";
import { Environment } from "../setup";
import { SetupError } from "../setup/errors";
import { projectRoot } from "../setup/paths";
import { Export, Target } from "./deployment";

/** A Pulumi project in a temporary folder, with a stack. */
export interface TemporaryProject {
    readonly folder: string;
    readonly stack: string;
    /** The set-up's variables, with a backend in the temporary folder. */
    readonly environment: Environment;
}

/** What the project runs. */
export interface Program extends Target {
    /** A file beside this one: plain JavaScript, or TypeScript, which is compiled as the project's own program is. */
    readonly source: string;
    /** Files beside the program, by name. Not for TypeScript, which stays where it is: see `config`. */
    readonly data?: Readonly<Record<string, unknown>>;
    /** What the program reads with `pulumi.Config`. */
    readonly config?: Readonly<Record<string, string | number>>;
    /** @default none: the stack is new */
    readonly state?: Export;
}

/**
 * Makes a project below `root`, a folder that nobody else can read: state and data hold secrets in clear. It runs on the
 * packages and with the providers of this one, on a backend that is a folder, with the same passphrase.
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
    writePrivate(path.join(folder, "Pulumi.yaml"), projectFile(program));
    writePrivate(path.join(folder, "package.json"), JSON.stringify({ name: program.project, private: true }));
    placeSource(path.join(__dirname, program.source), folder);
    fs.symlinkSync(path.join(projectRoot, "node_modules"), path.join(folder, "node_modules"));
    for (const [name, value] of Object.entries(program.data ?? {})) {
        writePrivate(path.join(folder, name), JSON.stringify(value));
    }
    const variables = { ...environment.variables, PULUMI_BACKEND_URL: `file://${backend}` };
    const project = { folder, stack: program.stack, environment: { ...environment, variables } };
    await quietly(project, ["stack", "init", project.stack]);
    if (program.state !== undefined) {
        await importState(project, program.state);
    }
    return project;
}

/** JavaScript reads its data beside itself; TypeScript imports what stands around it, so it is only linked. */
function placeSource(source: string, folder: string): void {
    if (isTypeScript(source)) {
        fs.symlinkSync(source, path.join(folder, "index.ts"));
        // Where the compiler's options are not found they are Pulumi's own, and every start checks all types.
        for (const file of fs.readdirSync(projectRoot).filter((each) => /^tsconfig.*\.json$/.test(each))) {
            fs.symlinkSync(path.join(projectRoot, file), path.join(folder, file));
        }
    } else {
        fs.copyFileSync(source, path.join(folder, "index.js"));
    }
}

function isTypeScript(source: string): boolean {
    return source.endsWith(".ts");
}

async function importState(project: TemporaryProject, state: Export): Promise<void> {
    const file = path.join(project.folder, "import.json");
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

/** The project's own file, but for the program: its providers that lie in a folder, and how it is compiled, are the same. */
function projectFile({ project, source, config = {} }: Program): string {
    const own = parse(fs.readFileSync(path.join(projectRoot, "Pulumi.yaml"), "utf8")) as {
        runtime: { options: Record<string, unknown> };
        plugins?: { providers?: { name: string; path: string }[] };
    };
    const providers = (own.plugins?.providers ?? []).map((provider) => ({
        ...provider,
        path: path.resolve(projectRoot, provider.path),
    }));
    return stringify({
        name: project,
        runtime: {
            name: "nodejs",
            options: isTypeScript(source) ? own.runtime.options : { typescript: false },
        },
        main: isTypeScript(source) ? "index.ts" : "index.js",
        config: Object.fromEntries(Object.entries(config).map(([key, value]) => [key, { default: value }])),
        ...(providers.length > 0 && { plugins: { providers } }),
    });
}

function writePrivate(file: string, text: string): void {
    fs.writeFileSync(file, text, { mode: 0o600 });
}
