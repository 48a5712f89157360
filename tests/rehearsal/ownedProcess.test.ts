import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { endLeftover, OwnedProcess } from "../../rehearsal/ownedProcess";
import { startOf } from "../../tools/recovery/processes";
import { until } from "../support/containers";

const NODE = process.execPath;
/** Says that it is there and stays until it is told to go. */
const STAYING = ["-e", 'console.log("here"); setInterval(() => undefined, 1e9)'];
/** The same, deaf to who asks it to go. */
const DEAF = ["-e", 'process.on("SIGTERM", () => 0); console.log("here"); setInterval(() => 0, 1e9)'];

let folder: string;

beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "berth-test-owned-"));
});

afterEach(async () => {
    await endLeftover(folder, "sample");
    rmSync(folder, { recursive: true });
});

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<OwnedProcess> {
    return OwnedProcess.start({ name: "sample", folder, file: NODE, args, env });
}

function pidOf(): number {
    return (JSON.parse(readFileSync(join(folder, "sample.process.json"), "utf8")) as { pid: number }).pid;
}

test("a program has the environment that it is given, and ends when it is told to", async () => {
    process.env.BERTH_TEST_SECRET = "not for others";
    const owned = await start(["-e", "console.log(JSON.stringify(process.env)); setInterval(() => 0, 1e9)"], {
        ONE: "1",
    });
    delete process.env.BERTH_TEST_SECRET;
    await owned.answering(() => Promise.resolve(owned.log.endsWith("}\n")));
    expect(JSON.parse(owned.log)).toEqual({ ONE: "1" });
    const pid = pidOf();
    await owned.stop();
    expect(startOf(pid)).toBe("gone");
    expect(owned.running).toBe(false);
    expect(readdirSync(folder)).toEqual(["sample.log"]);
    await owned.stop();
});

test("one that does not come up tells its last words", async () => {
    const script = 'for (const word of ["one", "two", "three", "four", "five", "six"]) console.error(word)';
    const owned = await start(["-e", script]);
    await expect(owned.answering(() => Promise.resolve(false))).rejects.toThrow(
        "sample ended before it answered:\ntwo\nthree\nfour\nfive\nsix",
    );
    const missing = await OwnedProcess.start({ name: "none", folder, file: "/none", args: [], env: {} });
    await expect(missing.answering(() => Promise.resolve(true))).rejects.toThrow(
        "none ended before it answered:",
    );
});

/** Another run, which starts the program and is killed. */
async function killedRun(args: readonly string[]): Promise<number> {
    const modules = ["tools/register.cjs", "rehearsal/ownedProcess.ts"].map((file) =>
        JSON.stringify(resolve(file)),
    );
    const program = JSON.stringify({ name: "sample", folder, file: NODE, args, env: {} });
    const script = `
        require(${modules[0] ?? ""});
        require(${modules[1] ?? ""}).OwnedProcess.start(${program}).then(() => console.log("started"));`;
    const run = spawn(NODE, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((started) => run.stdout.once("data", started));
    await until(
        () => Promise.resolve(readFileSync(join(folder, "sample.log"), "utf8").startsWith("here")),
        () => Promise.resolve("the program says nothing"),
    );
    run.kill("SIGKILL");
    await new Promise((ended) => run.once("exit", ended));
    return pidOf();
}

test.each([
    ["", STAYING],
    [", deaf or not", DEAF],
])(
    "what a killed run left is ended by the next one%s",
    async (_, args) => {
        const left = await killedRun(args);
        expect(typeof startOf(left)).toBe("number");
        const owned = await start(STAYING);
        expect(startOf(left)).toBe("gone");
        expect(pidOf()).not.toBe(left);
        await owned.stop();
    },
    20_000,
);

test("a program that only has the number of one that is gone is left alone", async () => {
    const other = await start(STAYING);
    const pid = pidOf();
    const startedAt = startOf(pid);
    const trace = { pid, start: Number(startedAt) - 60_000 };
    writeFileSync(join(folder, "gone.process.json"), JSON.stringify(trace));
    await endLeftover(folder, "gone");
    expect(startOf(pid)).toBe(startedAt);
    expect(existsSync(join(folder, "gone.process.json"))).toBe(false);
    await other.stop();
});
