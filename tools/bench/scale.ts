import { Environment } from "../setup";
import { SetupError } from "../setup/errors";
import { makeProject, TemporaryProject } from "./project";
import { alternate, Contender, spreadOf } from "./rounds";
import { placeApps } from "./scaled";
import { withScratch } from "./scratch";
import { timePreview } from "./timedPreview";
import { Twin, twinOf } from "./twin";

/** What is measured, and how often. */
export interface ScaleOptions {
    /** How many apps the generated stacks have. */
    readonly apps: readonly number[];
    /** Counted rounds; one more goes before them. */
    readonly runs: number;
}

/** One size of the generated stack. */
export interface ScaleRow {
    readonly apps: number;
    /** Resources that providers stand behind: the same with components and bare. */
    readonly resources: number;
    /** Median of whole previews of the stack, written with components. */
    readonly previewMs: number;
    /** Median of whole previews of the same resources, registered bare. */
    readonly bareMs: number;
}

/** What came out. */
export interface ScaleResult {
    /** Median of whole previews of a program that registers nothing. */
    readonly emptyMs: number;
    readonly rows: readonly ScaleRow[];
}

const PROJECT = "berth-scale";
const DEFAULT_HOST = "unix:///var/run/docker.sock";

/**
 * Measures whole previews of new stacks, all programs in turns: of generated stacks of several sizes, of their leaves registered
 * bare, and of an empty program. The engine of Docker has to answer, and nothing is made on it.
 */
export async function benchScale(
    environment: Environment,
    options: ScaleOptions,
    say: (line: string) => void,
): Promise<ScaleResult> {
    return withScratch(async (root, signal) => {
        const sizes: Size[] = [];
        for (const apps of options.apps) {
            sizes.push(await makeSize(root, environment, apps));
        }
        const empty = await makeProject(root, environment, {
            project: PROJECT,
            stack: "empty",
            source: "empty.cjs",
        });
        const contenders = contendersOf(empty, sizes);
        const times = await alternate(
            contenders,
            options.runs,
            (round, latest) => {
                const each = Object.entries(latest).map(
                    ([name, ms]) => `${name} ${(ms / 1000).toFixed(1)} s`,
                );
                say(`  ${round === 0 ? "warm-up" : `round ${round} of ${options.runs}`}: ${each.join(", ")}`);
            },
            signal,
        );
        const median = (name: string) => spreadOf(times[name] ?? []).median;
        return {
            emptyMs: median("empty"),
            rows: sizes.map(({ apps, twin }) => ({
                apps,
                resources: twin.registrations.length,
                previewMs: median(`${apps} apps`),
                bareMs: median(`${apps} bare`),
            })),
        };
    });
}

interface Size {
    readonly apps: number;
    readonly twin: Twin;
    readonly scaled: TemporaryProject;
    readonly bare: TemporaryProject;
}

async function makeSize(root: string, environment: Environment, apps: number): Promise<Size> {
    const dockerHost = environment.variables.DOCKER_HOST ?? process.env.DOCKER_HOST ?? DEFAULT_HOST;
    const twin = await twinOf(() => placeApps(apps, dockerHost));
    return {
        apps,
        twin,
        scaled: await makeProject(root, environment, {
            project: PROJECT,
            stack: `apps-${apps}`,
            source: "scaledProgram.ts",
            config: { apps, dockerHost },
        }),
        bare: await makeProject(root, environment, {
            project: PROJECT,
            stack: `bare-${apps}`,
            source: "bare.cjs",
            data: { "registrations.json": twin.registrations },
        }),
    };
}

function contendersOf(empty: TemporaryProject, sizes: readonly Size[]): Record<string, Contender> {
    const stackItself = 1;
    return Object.fromEntries([
        ["empty", () => preview(empty, stackItself)],
        ...sizes.flatMap(({ apps, twin: { registrations, components }, scaled, bare }) => {
            const leaves = registrations.length;
            return [
                [`${apps} apps`, () => preview(scaled, leaves + components + stackItself)],
                [`${apps} bare`, () => preview(bare, leaves + stackItself)],
            ];
        }),
    ]) as Record<string, Contender>;
}

/** One preview that has to create so many resources, and do nothing else. */
async function preview({ environment, stack, folder }: TemporaryProject, expected: number): Promise<number> {
    const { ms, code, stdout } = await timePreview(environment, stack, ["-C", folder]);
    const [, created] = /^ +\+ (\d+) to create$/m.exec(stdout) ?? [];
    if (code !== 0 || Number(created) !== expected) {
        process.stderr.write(stdout);
        throw new SetupError(
            `The preview of ${stack} would create ${created ?? "no"} resources, not ${expected}.`,
            "See what it says above.",
        );
    }
    return ms;
}
