import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import execa from "execa";

const ROOT = join(__dirname, "..", "..");

/** How a command ended, with all that it said. */
export interface Said {
    readonly code: number;
    readonly output: string;
}

/**
 * A stack of the tests' own, on the real engine. Its file lies at the project's root beside the others, where git ignores
 * it; its state stays in the project's folder, so that a run that was killed is cleaned up by the next one.
 */
export class Stack {
    constructor(
        readonly name: string,
        private config: string,
        /** Variables of every command. */
        private readonly env: Readonly<Record<string, string>> = {},
    ) {
        this.write(config);
    }

    /** Start of every name that the stack has on the engine. */
    get prefix(): string {
        return `berth-${this.name}`;
    }

    up(...args: string[]): Promise<Said> {
        return this.command("up", args);
    }

    down(...args: string[]): Promise<Said> {
        return this.command("down", args);
    }

    /** A plain Pulumi command, with what `npm run env` says a shell needs. */
    async pulumi(...args: string[]): Promise<Said> {
        const script = `eval "$(node tools/run.cjs env)" && exec node_modules/.bin/pulumi "$@" --stack "$0" --non-interactive`;
        return await run("sh", ["-c", script, this.name, ...args], this.env);
    }

    /** Changes the stack's settings from here on. */
    configure(config: string): void {
        this.config = config;
        this.write(config);
    }

    /** Runs something with more lines in the stack's file. */
    async withConfig(lines: string, action: () => Promise<void>): Promise<void> {
        this.write(this.config + lines);
        try {
            await action();
        } finally {
            this.write(this.config);
        }
    }

    /** Keeps the salt that Pulumi noted there: without it the stack's secrets can't be read. */
    private write(config: string): void {
        const before = existsSync(this.file) ? readFileSync(this.file, "utf8") : "";
        const [salt] = /^encryptionsalt: .*$/m.exec(before) ?? [];
        writeFileSync(this.file, salt === undefined ? config : `${config}${salt}\n`);
    }

    private get file(): string {
        return join(ROOT, `Pulumi.${this.name}.yaml`);
    }

    /** One of the project's own commands. */
    command(command: string, args: readonly string[]): Promise<Said> {
        return run(process.execPath, ["tools/run.cjs", command, "--stack", this.name, ...args], this.env);
    }
}

/** What a command said, which is expected to succeed. */
export async function succeeds(command: Promise<Said>): Promise<string> {
    const { code, output } = await command;
    if (code !== 0) {
        throw new Error(`It ended with ${code}:\n${output}`);
    }
    return output;
}

async function run(
    file: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
): Promise<Said> {
    const { exitCode, all } = await execa(file, args, {
        cwd: ROOT,
        all: true,
        reject: false,
        stdin: "ignore",
        // The tests' stacks stay on this machine, wherever the user's own are.
        env: { PULUMI_BACKEND_URL: undefined, NO_COLOR: "1", ...env },
    });
    return { code: exitCode, output: all ?? "" };
}
