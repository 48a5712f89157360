import { parse } from "../arguments";
import { prepare } from "../prepare";

const help = `npm run -s env: prints the variables that plain Pulumi commands need, after the set-up.

  eval "$(npm run -s env)" && npx pulumi preview`;

/** Prints lines that a shell can evaluate, and nothing else, on stdout. */
export async function run(args: string[]): Promise<number> {
    parse(args, help);
    const { variables } = await prepare({ quiet: true });
    process.stdout.write(exportLines(variables));
    return 0;
}

/** `export NAME='value'`, one a line, safe whatever the value holds. */
export function exportLines(variables: Record<string, string>): string {
    return Object.entries(variables)
        .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
        .join("");
}
