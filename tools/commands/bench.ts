import fs from "node:fs";
import { Arguments, parse } from "../arguments";
import { benchPreview, Measured, PreviewResult } from "../bench/preview";
import { prepare } from "../prepare";
import { stackName, stackOptions } from "../pulumi";
import { SetupError } from "../setup/errors";
import { renderTable } from "../table";

const help = `npm run bench -- preview: what components and settings cost. Measures, in turns, whole previews with nothing to change:

  stack   the stack as it is; it has to be up
  bare    its leaf resources (those that a provider stands behind) registered by a plain JavaScript program
  empty   a program that registers nothing

  --json <file>          writes { resources, emptyMs, bareMs, stackMs, ratio }: leaf resources, medians, stack / bare
  --runs <n>             counted rounds (default: 5); one more goes before them
  -s <stack>             another stack than dev (or BERTH_STACK)
  --config-file <file>   the stack's file, where it is not Pulumi.<stack>.yaml

Exits with 0 whatever the ratio is: a busy machine is no fault of the program.`;

/** What can be measured. A new bench is a new entry. */
const benches = { preview: benchOfPreviews };
type Bench = keyof typeof benches;

/** Measures and reports. */
export async function run(args: string[]): Promise<number> {
    const names = Object.keys(benches) as Bench[];
    const parsed = parse(args, help, {
        values: ["--json", "--runs", "--config-file", ...stackOptions],
        words: names,
    });
    const [name, ...more] = parsed.words;
    if (name === undefined || more.length > 0) {
        throw new SetupError(
            "Which bench is to run?",
            `One of ${names.join(", ")}: npm run bench -- ${names[0] ?? ""}`,
        );
    }
    return benches[name as Bench](parsed);
}

async function benchOfPreviews({ values }: Arguments): Promise<number> {
    const runs = countOf(values.get("--runs") ?? "5");
    const environment = await prepare();
    const options = { stack: stackName(values), runs, configFile: values.get("--config-file") };
    const result = await benchPreview(environment, options, (line) => process.stderr.write(`${line}\n`));
    process.stdout.write(`\n${previewTable(result)}\n`);
    const file = values.get("--json");
    if (file !== undefined) {
        fs.writeFileSync(file, `${JSON.stringify(previewFigures(result), undefined, 2)}\n`);
    }
    return 0;
}

function countOf(text: string): number {
    const count = Number(text);
    if (!Number.isInteger(count) || count < 1) {
        throw new SetupError(`--runs is "${text}".`, "Give a whole number of at least 1.");
    }
    return count;
}

/** The content of the JSON file. */
export function previewFigures({ leaves, stack, bare, empty }: PreviewResult): Record<string, number> {
    return {
        resources: leaves,
        emptyMs: Math.round(empty.median),
        bareMs: Math.round(bare.median),
        stackMs: Math.round(stack.median),
        ratio: Math.round((stack.median / bare.median) * 1000) / 1000,
    };
}

/** The table that the bench ends with. */
export function previewTable(result: PreviewResult): string {
    const row = (name: string, { unchanged, median, min, max }: Measured) => [
        name,
        String(unchanged),
        `${Math.round(median)} ms`,
        `${Math.round(min)}–${Math.round(max)} ms`,
    ];
    return [
        renderTable(
            ["preview", "resources", "median", "min–max"],
            [row("stack", result.stack), row("bare", result.bare), row("empty", result.empty)],
        ),
        "",
        `stack / bare: ${previewFigures(result).ratio}, with ${result.leaves} leaf resources in both`,
        `(median of the rounds' own ratios: ${result.roundRatio.toFixed(3)})`,
    ].join("\n");
}
