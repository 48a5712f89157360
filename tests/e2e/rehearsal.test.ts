import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Docker from "dockerode";
import { ensurePebble } from "../../rehearsal/acme/program";
import { connectorProgramStep } from "../../rehearsal/cloudflare/edge/connectorProgram";
import { ACTS } from "../../rehearsal/day/acts";
import { NAME } from "../../rehearsal/stage/images";
import { labelsOf } from "../../rehearsal/stage/world";
import { ensureMade } from "../../tools/setup/onDemand";
import { detectWorld } from "../../tools/setup/world";
import { Containers } from "../support/containers";
import { Programs, Running } from "../support/running";

const ROOT = join(__dirname, "..", "..");
const docker = new Docker();
const containers = new Containers("rehearsal");
const programs = new Programs();
const label = Object.entries(labelsOf(NAME)).map(([key, value]) => `${key}=${value}`);

/** An act as report/rehearsal.json has it. */
interface ReportedAct {
    readonly name: string;
    readonly ok: boolean | null;
    readonly ms: number;
    readonly figures: Readonly<Record<string, unknown>>;
}

jest.setTimeout(40 * 60_000);

/** What a machine builds once takes minutes: no rehearsal is waited for so long. */
beforeAll(async () => {
    await ensurePebble();
    if ((await detectWorld()) === "air-gapped") {
        await ensureMade(connectorProgramStep(new AbortController().signal));
    }
}, 20 * 60_000);

/** A rehearsal that a test has left half-way takes down what it has made. */
afterAll(async () => {
    await programs.endAll();
    await containers.removeAll();
}, 3 * 60_000);

/** Runs the command beside the test. */
function rehearse(...args: string[]): Running {
    return programs.start(process.execPath, ["tools/run.cjs", "rehearse", ...args]);
}

function ours(): Promise<Docker.ContainerInfo[]> {
    return docker.listContainers({ all: true, filters: { label } });
}

/** What only has a look at something for the rehearsal has no name of its own, and goes again at once. */
function isServer({ Names }: Docker.ContainerInfo): boolean {
    return Names.some((each) => each.startsWith(`/${NAME}-`));
}

it("says what it takes and what there is, and refuses an act that there is not", async () => {
    const help = await rehearse("--help").ended;
    expect(help.exitCode).toBe(0);
    ACTS.forEach(({ name, title }) => expect(help.stdout).toMatch(new RegExp(`${name} +${title}`)));
    const unknown = await rehearse("--act", "picnic").ended;
    expect([unknown.exitCode, unknown.all]).toEqual([1, expect.stringContaining("There is no act picnic.")]);
    const dev = await rehearse("--stack", "dev").ended;
    expect([dev.exitCode, dev.all]).toEqual([1, expect.stringContaining("dev runs on this machine anyway")]);
});

it("goes through the whole day, after one that was killed, and leaves nothing but what is not its own", async () => {
    const stranger = await containers.start("node:20-slim", { Cmd: ["sleep", "3600"] });
    const report = join(ROOT, "report/rehearsal.json");
    mkdirSync(dirname(report), { recursive: true });
    writeFileSync(report, "an earlier day's");
    const killed = rehearse("--act", "again");
    // The first one of a machine brings all images into its registry before.
    await killed.until(async () => (await ours()).some(isServer), 10 * 60_000);
    await killed.end("SIGKILL");
    expect((await ours()).filter(isServer)).not.toEqual([]);
    // What a day that did not come to its first act has not written must not look like its own.
    expect(existsSync(report)).toBe(false);

    const day = rehearse();
    await day.until(() => day.said.includes("setting the stage"), 180_000);
    const second = await rehearse().ended;
    expect([second.exitCode, second.all]).toEqual([
        1,
        expect.stringContaining(`Another rehearsal is going on (process ${day.pid}).`),
    ]);
    const { exitCode, all } = await day.ended;
    const { acts } = JSON.parse(readFileSync(report, "utf8")) as {
        acts: ReportedAct[];
    };
    // The whole output, where an act failed: the report says in its own words what and why.
    expect(exitCode === 0 ? "" : all).toBe("");
    expect(acts.map(({ name, ok }) => [name, ok])).toEqual(ACTS.map(({ name }) => [name, true]));
    const figures = Object.fromEntries(acts.map((act) => [act.name, act.figures]));
    expect(figures.release).toMatchObject({ lost: 0 });
    expect(Number(figures.release?.["by the tunnel"])).toBeGreaterThan(200);
    expect(figures["broken-release"]).toMatchObject({ lost: 0 });
    expect(Number(figures.release?.requests)).toBeGreaterThan(500);
    expect(figures.drift).toEqual({ changed: 5, found: 5, repaired: 5 });

    expect(await ours()).toEqual([]);
    expect(await docker.listNetworks({ filters: { label } })).toEqual([]);
    expect(existsSync(join(ROOT, "Pulumi.prod-rehearsal.yaml"))).toBe(false);
    expect(existsSync(join(ROOT, ".state/ssh/prod-rehearsal"))).toBe(false);
    expect((await stranger.inspect()).State.Running).toBe(true);
});
