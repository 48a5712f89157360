import { SetupError } from "./setup/errors";

/** What a command was called with. */
export interface Arguments {
    flags: Set<string>;
    /** Values of options that take one. */
    values: Map<string, string>;
    words: string[];
    /** All that is not known here, for the tool beneath. */
    rest: string[];
}

/** Thrown for `--help`: nothing is wrong, and nothing else is to be done. */
class HelpWanted extends Error {
    /** `tools/run.cjs` looks for it. */
    readonly helpShown = true;
}

/** Takes a command's arguments apart. `--help` prints the help and ends; what is not known is refused. */
export function parse(
    args: string[],
    help: string,
    known: { flags?: string[]; values?: string[]; words?: readonly string[]; rest?: boolean } = {},
): Arguments {
    const result: Arguments = { flags: new Set(), values: new Map(), words: [], rest: [] };
    const queue = [...args];
    for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
        if (arg === "--help" || arg === "-h") {
            process.stdout.write(`${help}\n`);
            throw new HelpWanted();
        } else if (arg === "--") {
            // npm takes it away, a direct call leaves it: what follows means the same.
            continue;
        } else if (known.flags?.includes(arg) === true) {
            result.flags.add(arg);
        } else if (known.values?.includes(arg) === true) {
            result.values.set(arg, requireValue(arg, queue.shift()));
        } else if (known.words?.includes(arg) === true) {
            result.words.push(arg);
        } else if (known.rest === true) {
            result.rest.push(arg);
        } else {
            throw new SetupError(`There is no option or word "${arg}".`, "See what there is with --help.");
        }
    }
    return result;
}

function requireValue(option: string, value: string | undefined): string {
    if (value === undefined || value.startsWith("-")) {
        throw new SetupError(`${option} needs a value.`, "See how with --help.");
    }
    return value;
}
