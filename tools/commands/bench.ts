import fs from "node:fs";
import { Arguments, parse } from "../arguments";
import { benchFly } from "../bench/fly";
import { flyFigures, flyTable } from "../bench/flyReport";
import { benchPreview, Measured, PreviewResult } from "../bench/preview";
import { benchScale } from "../bench/scale";
import { scaleFigures, scaleTable } from "../bench/scaleReport";
import { benchSsh } from "../bench/ssh";
import { sshFigures, sshTable } from "../bench/sshReport";
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

npm run bench -- scale: how previews grow with a stack. Measures, in turns, whole previews of new stacks, of which nothing is made:

  apps    generated stacks of several sizes, written with components
  bare    their leaf resources registered by a plain JavaScript program
  empty   a program that registers nothing

  --json <file>          writes { emptyMs, rows: [{ apps, resources, previewMs, bareMs }] }: leaf resources and medians
  --runs <n>             counted rounds (default: 3); one more goes before them
  --apps <n,…>           sizes (default: 10,50,200,500)

npm run bench -- ssh: what an SSH server's limits do to an update. Brings containers up, for real, on a server that runs as
a container: by Debian's own limits and by ours, with a connection for each session and with one for all (ControlMaster).

  --json <file>          writes { containers, rows: [{ server, shared, parallel, waits, logins, dropped, refused, ms, … }] }
  --containers <n>       how many (default: 60)

npm run bench -- fly: what a release on Fly takes, and what is asked when nothing changes. On a simulated Fly with the real
one's published rate limits, its machines containers on this engine:

  --json <file>          writes { noopRequests, refreshRequests, oneMs, tenMs, rateLimitMs }: releases of 1 and of 10 machines

All exit with 0 whatever comes out: a busy machine is no fault of the program.`;

/** What can be measured. A new bench is a new entry. */
const benches = { preview: benchOfPreviews, scale: benchOfScale, ssh: benchOfSsh, fly: benchOfFly };
type Bench = keyof typeof benches;

/** Measures and reports. */
export async function run(args: string[]): Promise<number> {
    const names = Object.keys(benches) as Bench[];
    const parsed = parse(args, help, {
        values: ["--json", "--runs", "--apps", "--containers", "--config-file", ...stackOptions],
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
    refuseOptions(values, ["--apps", "--containers"]);
    const runs = countOf("--runs", values.get("--runs") ?? "5");
    const environment = await prepare();
    const options = { stack: stackName(values), runs, configFile: values.get("--config-file") };
    const result = await benchPreview(environment, options, (line) => process.stderr.write(`${line}\n`));
    process.stdout.write(`\n${previewTable(result)}\n`);
    writeFigures(values, previewFigures(result));
    return 0;
}

async function benchOfScale({ values }: Arguments): Promise<number> {
    refuseOptions(values, ["--containers", "--config-file", ...stackOptions]);
    const sizes = (values.get("--apps") ?? "10,50,200,500").split(",");
    const options = {
        apps: sizes.map((size) => countOf("--apps", size)).sort((a, b) => a - b),
        runs: countOf("--runs", values.get("--runs") ?? "3"),
    };
    const environment = await prepare();
    const result = await benchScale(environment, options, (line) => process.stderr.write(`${line}\n`));
    process.stdout.write(`\n${scaleTable(result)}\n`);
    writeFigures(values, scaleFigures(result));
    return 0;
}

async function benchOfSsh({ values }: Arguments): Promise<number> {
    refuseOptions(values, ["--runs", "--apps", "--config-file", ...stackOptions]);
    const containers = countOf("--containers", values.get("--containers") ?? "60");
    const environment = await prepare({ machine: true });
    const results = await benchSsh(environment, containers, (line) => process.stderr.write(`${line}\n`));
    process.stdout.write(`\n${sshTable(results, containers)}\n`);
    writeFigures(values, sshFigures(results, containers));
    return 0;
}

async function benchOfFly({ values }: Arguments): Promise<number> {
    refuseOptions(values, ["--runs", "--apps", "--containers", "--config-file", ...stackOptions]);
    const environment = await prepare();
    const result = await benchFly(environment, (line) => process.stderr.write(`${line}\n`));
    process.stdout.write(`\n${flyTable(result)}\n`);
    writeFigures(values, flyFigures(result));
    return 0;
}

/** What the other bench knows: it would be ignored in silence. */
function refuseOptions(values: Map<string, string>, foreign: readonly string[]): void {
    for (const option of foreign.filter((each) => values.has(each))) {
        throw new SetupError(`${option} means nothing to this bench.`, "See what does with --help.");
    }
}

function writeFigures(values: Map<string, string>, figures: object): void {
    const file = values.get("--json");
    if (file !== undefined) {
        fs.writeFileSync(file, `${JSON.stringify(figures, undefined, 2)}\n`);
    }
}

function countOf(option: string, text: string): number {
    const count = Number(text);
    if (!Number.isInteger(count) || count < 1) {
        throw new SetupError(`${option} has "${text}".`, "Give a whole number of at least 1.");
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
