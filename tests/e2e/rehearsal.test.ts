import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Docker from "dockerode";
import execa, { ExecaChildProcess } from "execa";
import { ACTS } from "../../rehearsal/day/acts";
import { NAME } from "../../rehearsal/stage/images";
import { labelsOf } from "../../rehearsal/stage/world";
import { Containers, until } from "../support/containers";

const ROOT = join(__dirname, "..", "..");
const docker = new Docker();
const containers = new Containers("rehearsal");
const label = Object.entries(labelsOf(NAME)).map(([key, value]) => `${key}=${value}`);

/** An act as report/rehearsal.json has it. */
interface ReportedAct {
    readonly name: string;
    readonly ok: boolean | null;
    readonly ms: number;
    readonly figures: Readonly<Record<string, unknown>>;
}

jest.setTimeout(40 * 60_000);

afterAll(() => containers.removeAll());

/** Runs the command with all that it says, however it ends. */
function rehearse(...args: string[]): ExecaChildProcess {
    return execa(process.execPath, ["tools/run.cjs", "rehearse", ...args], {
        cwd: ROOT,
        all: true,
        reject: false,
        stdin: "ignore",
    });
}

function ours(): Promise<Docker.ContainerInfo[]> {
    return docker.listContainers({ all: true, filters: { label } });
}

it("says what it takes and what there is, and refuses an act that there is not", async () => {
    const help = await rehearse("--help");
    expect(help.exitCode).toBe(0);
    ACTS.forEach(({ name, title }) => expect(help.stdout).toMatch(new RegExp(`${name} +${title}`)));
    const unknown = await rehearse("--act", "picnic");
    expect([unknown.exitCode, unknown.all]).toEqual([1, expect.stringContaining("There is no act picnic.")]);
    const dev = await rehearse("--stack", "dev");
    expect([dev.exitCode, dev.all]).toEqual([1, expect.stringContaining("dev runs on this machine anyway")]);
});

it("goes through the whole day, after one that was killed, and leaves nothing but what is not its own", async () => {
    const stranger = await containers.start("node:20-slim", { Cmd: ["sleep", "3600"] });
    const killed = rehearse("--act", "again");
    await until(
        async () => (await ours()).length > 0,
        () => Promise.resolve("no server was made"),
        180_000,
    );
    killed.kill("SIGKILL");
    await killed;
    expect(await ours()).not.toEqual([]);

    const day = rehearse();
    let told = "";
    day.all?.on("data", (chunk: Buffer) => (told += chunk.toString()));
    await until(
        () => Promise.resolve(told.includes("setting the stage")),
        () => Promise.resolve(told),
    );
    const second = await rehearse();
    expect([second.exitCode, second.all]).toEqual([
        1,
        expect.stringContaining(`Another rehearsal is going on (process ${day.pid ?? 0}).`),
    ]);
    const { exitCode, all } = await day;
    const { acts } = JSON.parse(readFileSync(join(ROOT, "report/rehearsal.json"), "utf8")) as {
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

    expect(await ours()).toEqual([]);
    expect(await docker.listNetworks({ filters: { label } })).toEqual([]);
    expect(existsSync(join(ROOT, "Pulumi.prod-rehearsal.yaml"))).toBe(false);
    expect(existsSync(join(ROOT, ".state/ssh/prod-rehearsal"))).toBe(false);
    expect((await stranger.inspect()).State.Running).toBe(true);
});
