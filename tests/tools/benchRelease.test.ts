import { spawn } from "node:child_process";
import { once } from "node:events";
import { between, inTurn } from "../../tools/bench/release/clean";
import { residentBelow } from "../../tools/bench/release/measure/memory";
import { freePort } from "../../tools/bench/release/ports";
import { releaseFigures, releaseTable, warningsOf } from "../../tools/bench/release/report";
import { ArmResult, releaseOf } from "../../tools/bench/release/result";
import { run } from "../../tools/commands/bench";

const MIB = 1024 * 1024;

const RESULT: ArmResult = {
    about: "a way",
    requests: 10_500,
    lost: 3,
    lostBy: { "status 502": 2, ECONNRESET: 1 },
    websockets: { opened: 18, closeFrames: 9, cut: 1 },
    seconds: 61.4,
    releases: [
        { ms: 9000, readyMs: 3000, drainMs: 5000, aboveMs: 1000 },
        { ms: 11_000, readyMs: 3500, drainMs: 5000, aboveMs: 2500 },
    ],
    memory: { containers: 100 * MIB, command: 300 * MIB },
};
const LOSSLESS: ArmResult = { ...RESULT, lost: 0, lostBy: {}, memory: { containers: 50 * MIB } };

test("memory of the processes below one is summed up, those of the load left out", async () => {
    const script = "process.stdout.write('up'); setInterval(() => 0, 1e6)";
    const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "ignore"] });
    await once(child.stdout, "data");
    const pid = child.pid ?? 0;
    expect(residentBelow(process.pid, [])).toBeGreaterThan(10 * MIB);
    expect(residentBelow(process.pid, [pid])).toBeLessThan(residentBelow(process.pid, []));
    child.kill("SIGKILL");
    await once(child, "close");
});

describe("the parts of a release", () => {
    const moments = { began: 1000, ended: 12_000, healthy: 4000, live: 4500, stopped: 9500 };

    test("what is above the time until it is ready and the drain", () => {
        expect(releaseOf(moments, true)).toEqual({ ms: 11_000, readyMs: 3000, drainMs: 5000, aboveMs: 3000 });
    });

    test("where the old version stops first there is no drain", () => {
        expect(releaseOf(moments, false)).toEqual({ ms: 11_000, readyMs: 3000 });
    });

    test("what was not seen is not made up", () => {
        expect(releaseOf({ ...moments, healthy: undefined }, true)).toEqual({
            ms: 11_000,
            readyMs: undefined,
            drainMs: 5000,
        });
        expect(releaseOf({ ...moments, stopped: undefined }, true)).toEqual({ ms: 11_000, readyMs: 3000 });
    });
});

describe("the report", () => {
    test("a row for each way, with what was lost below", () => {
        const lines = releaseTable({
            berth: LOSSLESS,
            compose: { ...RESULT, failure: "it broke" },
            swarm: { about: "a service", skipped: "the kernel has no overlay networks" },
        }).split("\n");
        expect(lines.slice(2, 5).map((line) => line.split(/ {2,}/))).toEqual([
            [
                ...["berth", "10500", "0", "2 of 10", "10.0 s (11.0)", "3.3 s (3.5)", "5.0 s (5.0)"],
                ...["1.8 s (2.5)", "9 / 1", "50 MiB", "–"],
            ],
            [
                ...["compose", "10500", "3", "2 of 10", "10.0 s (11.0)", "3.3 s (3.5)", "5.0 s (5.0)"],
                ...["1.8 s (2.5)", "9 / 1", "100 MiB", "300 MiB"],
            ],
            ["swarm", "left out"],
        ]);
        expect(lines.slice(6, 11)).toEqual([
            "berth: a way",
            "compose: a way",
            "  lost: 2 status 502, 1 ECONNRESET",
            "  it ended early: it broke",
            "swarm: left out, because the kernel has no overlay networks",
        ]);
    });

    test("a run in which compose or labels lose nothing is no test", () => {
        expect(warningsOf({ berth: LOSSLESS, compose: RESULT, labels: LOSSLESS })).toEqual([
            "Warning: labels lost nothing. It is known to; a run in which it does not is no test.",
        ]);
        expect(warningsOf({ berth: LOSSLESS, labels: { about: "", skipped: "no socket" } })).toEqual([]);
    });

    test("the file", () => {
        expect(releaseFigures({ berth: RESULT, swarm: { about: "", skipped: "no" } })).toEqual({
            arms: {
                berth: {
                    requests: 10_500,
                    lost: 3,
                    lostBy: { "status 502": 2, ECONNRESET: 1 },
                    releases: 2,
                    releaseMs: [9000, 11_000],
                    readyMs: [3000, 3500],
                    drainMs: [5000, 5000],
                    aboveMs: [1000, 2500],
                    websockets: { opened: 18, closeFrames: 9, cut: 1 },
                    seconds: 61,
                    peakContainersMb: 100,
                    peakCommandMb: 300,
                },
                swarm: { skipped: "no" },
            },
        });
    });
});

describe("cleaning up", () => {
    const broken = new Error("broken");
    const fails = () => Promise.reject(broken);

    test("one thing that stays keeps no other from going", async () => {
        const done: string[] = [];
        const does = (name: string) => () => Promise.resolve(done.push(name));
        await expect(inTurn([does("first"), fails, does("last")])).rejects.toBe(broken);
        expect(done).toEqual(["first", "last"]);
    });

    test("what is left behind is said, and loses neither a result nor the reason of a failure", async () => {
        const said: string[] = [];
        const say = (line: string) => said.push(line);
        expect(await between(fails, say, () => Promise.resolve(7))).toBe(7);
        await expect(between(fails, say, () => Promise.reject(new Error("the reason")))).rejects.toThrow(
            "the reason",
        );
        expect(said).toEqual(
            Array(4).fill("  something is left behind, which the next run tries to remove: broken"),
        );
    });
});

test("ports are below those that clients are given", async () => {
    const ports = await Promise.all(Array.from({ length: 20 }, () => freePort()));
    expect(ports.every((port) => port >= 20_000 && port < 30_000)).toBe(true);
});

test("an unknown way, and an option of another bench, are refused before anything starts", async () => {
    await expect(run(["release", "--arms", "berth,nomad"])).rejects.toThrow(
        '--arms has "nomad".\n  → There are berth, compose, labels, kamal-proxy, swarm.',
    );
    await expect(run(["release", "--runs", "3"])).rejects.toThrow("--runs means nothing to this bench.");
    await expect(run(["up", "--arms", "berth"])).rejects.toThrow("--arms means nothing to this bench.");
});
