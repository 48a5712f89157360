import path from "node:path";
import { parse } from "../arguments";
import { runForeground } from "../children";
import { handingBack } from "../handBack";
import { prepare } from "../prepare";
import { projectRoot } from "../setup/paths";

const layers = ["unit", "docker", "e2e"] as const;

const help = `npm test: set-up, lint and types, then all tests.

  -- unit | docker | e2e   only these layers' tests, without the lint
  -- <options>             for jest: npm test -- unit -t 'two routes'`;

/** Set-up, lint, jest. */
export async function run(args: string[]): Promise<number> {
    const { words, rest } = parse(args, help, { words: layers, rest: true });
    return await handingBack(() => runTests(words, rest));
}

async function runTests(words: readonly string[], rest: readonly string[]): Promise<number> {
    const all = words.length === 0;
    const { variables } = await prepare({
        machine: all || words.includes("docker") || words.includes("e2e"),
        linter: all || words.includes("unit"),
    });
    if (words.length === 0) {
        const lint = await runForeground(process.execPath, [npmScript(), "run", "--silent", "lint"], {
            cwd: projectRoot,
        });
        if (lint.code !== 0) {
            return lint.code;
        }
    }
    const projects = words.length === 0 ? [] : ["--selectProjects", ...words];
    const jest = path.join(projectRoot, "node_modules/jest/bin/jest.js");
    // A test that fails half-way leaves what it had open: the run has to end all the same, and say so.
    const { code } = await runForeground(process.execPath, [jest, "--forceExit", ...projects, ...rest], {
        cwd: projectRoot,
        env: variables,
    });
    return code;
}

/** npm as it runs us, or the one beside this Node. */
function npmScript(): string {
    const own = process.env.npm_execpath;
    return own?.endsWith(".js") === true
        ? own
        : path.resolve(path.dirname(process.execPath), "../lib/node_modules/npm/bin/npm-cli.js");
}
