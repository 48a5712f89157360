import fs from "node:fs";
import { Arguments, parse } from "../arguments";
import { benchFly } from "../bench/fly";
import { flyFigures, flyTable } from "../bench/flyReport";
import { benchPreview } from "../bench/preview";
import { previewFigures, previewTable } from "../bench/previewReport";
import { ArmName, ARMS, benchRelease } from "../bench/release";
import { releaseFigures, releaseTable } from "../bench/release/report";
import { benchRouter, routerFigures, routerTable } from "../bench/release/router";
import { benchScale } from "../bench/scale";
import { scaleFigures, scaleTable } from "../bench/scaleReport";
import { benchSsh } from "../bench/ssh";
import { sshFigures, sshTable } from "../bench/sshReport";
import { benchUp } from "../bench/up";
import { upFigures, upTable } from "../bench/up/report";
import { prepare } from "../prepare";
import { stackName, stackOptions } from "../pulumi";
import { SetupError } from "../setup/errors";

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

npm run bench -- release: what a release loses under load. The same app, in ways one after the other: this project's, docker
compose, Traefik with Docker labels, kamal-proxy, Docker Swarm; ten releases of each, at 180 requests/s on the loopback
address, for 8 minutes in all at the most. Builds the others' programs out of their Go modules (Go 1.25; minutes, once).

  --json <file>          writes { arms: { berth: { requests, lost, lostBy, releases, releaseMs, … }, … } }
  --arms <name,…>        ways (default: all: ${Object.keys(ARMS).join(",")})

npm run bench -- router: for how long nothing answers when the router itself is changed. Five changes of a fixed setting, at
180 requests/s:

  --json <file>          writes { requests, lost, lostBy, gapMs, upMs }: a list of what each change came to

npm run bench -- up: from nothing (images present) to all ready, and once more with nothing to do. A stack like dev, by
\`pulumi up\` and by \`docker compose up -d --wait\` with the same containers, in turns:

  --json <file>          writes { arms: { berth: { fromNothingMs, noopMs }, compose: { … } } }: medians
  --runs <n>             counted rounds (default: 3); one more goes before them

All exit with 0 whatever comes out: a busy machine is no fault of the program.`;

/** What can be measured. A new bench is a new entry. */
const benches = {
    preview: benchOfPreviews,
    scale: benchOfScale,
    ssh: benchOfSsh,
    fly: benchOfFly,
    release: benchOfReleases,
    router: benchOfRouter,
    up: benchOfUp,
};
type Bench = keyof typeof benches;

const OPTIONS = ["--json", "--runs", "--apps", "--containers", "--arms", "--config-file", ...stackOptions];

/** Measures and reports. */
export async function run(args: string[]): Promise<number> {
    const names = Object.keys(benches) as Bench[];
    const parsed = parse(args, help, {
        values: OPTIONS,
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
    allowOptions(values, ["--runs", "--config-file", ...stackOptions]);
    const runs = countOf("--runs", values.get("--runs") ?? "5");
    const environment = await prepare();
    const options = { stack: stackName(values), runs, configFile: values.get("--config-file") };
    const result = await benchPreview(environment, options, (line) => process.stderr.write(`${line}\n`));
    process.stdout.write(`\n${previewTable(result)}\n`);
    writeFigures(values, previewFigures(result));
    return 0;
}

async function benchOfScale({ values }: Arguments): Promise<number> {
    allowOptions(values, ["--runs", "--apps"]);
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
    allowOptions(values, ["--containers"]);
    const containers = countOf("--containers", values.get("--containers") ?? "60");
    const environment = await prepare({ machine: true });
    const results = await benchSsh(environment, containers, (line) => process.stderr.write(`${line}\n`));
    process.stdout.write(`\n${sshTable(results, containers)}\n`);
    writeFigures(values, sshFigures(results, containers));
    return 0;
}

async function benchOfFly({ values }: Arguments): Promise<number> {
    allowOptions(values, []);
    const environment = await prepare();
    const result = await benchFly(environment, (line) => process.stderr.write(`${line}\n`));
    process.stdout.write(`\n${flyTable(result)}\n`);
    writeFigures(values, flyFigures(result));
    return 0;
}

async function benchOfReleases({ values }: Arguments): Promise<number> {
    allowOptions(values, ["--arms"]);
    const arms = armsOf(values.get("--arms"));
    const environment = await prepare();
    const results = await benchRelease(environment, arms, (line) => process.stderr.write(`${line}\n`));
    process.stdout.write(`\n${releaseTable(results)}\n`);
    writeFigures(values, releaseFigures(results));
    return 0;
}

async function benchOfRouter({ values }: Arguments): Promise<number> {
    allowOptions(values, []);
    const environment = await prepare();
    const changes = await benchRouter(environment, (line) => process.stderr.write(`${line}\n`));
    process.stdout.write(`\n${routerTable(changes)}\n`);
    writeFigures(values, routerFigures(changes));
    return 0;
}

async function benchOfUp({ values }: Arguments): Promise<number> {
    allowOptions(values, ["--runs"]);
    const runs = countOf("--runs", values.get("--runs") ?? "3");
    const environment = await prepare();
    const result = await benchUp(environment, runs, (line) => process.stderr.write(`${line}\n`));
    process.stdout.write(`\n${upTable(result)}\n`);
    writeFigures(values, upFigures(result));
    return 0;
}

/** The ways to release that are measured, in the order in which they are listed. */
function armsOf(text: string | undefined): ArmName[] {
    const all = Object.keys(ARMS) as ArmName[];
    const wanted = text?.split(",") ?? all;
    for (const name of wanted.filter((each) => !all.some((arm) => arm === each))) {
        throw new SetupError(`--arms has "${name}".`, `There are ${all.join(", ")}.`);
    }
    return all.filter((each) => wanted.includes(each));
}

/** What only another bench knows would be ignored in silence. */
function allowOptions(values: Map<string, string>, own: readonly string[]): void {
    const allowed = ["--json", ...own];
    for (const option of [...values.keys()].filter((each) => !allowed.includes(each))) {
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
