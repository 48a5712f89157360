import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { Means, readyMachine } from "../../../rehearsal/stage/readyMachine";
import { NEEDS, Room } from "../../../rehearsal/stage/requirements";
import { Environment } from "../../../tools/setup";

const docker = new Docker();
const environment: Environment = { world: "air-gapped", variables: {} };
const enough: Room = { freeMemoryMb: NEEDS.memoryMb, freeDiskMb: NEEDS.diskMb };

let folder: string;
let done: string[];
beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), "berth-test-ready-")), "run");
    done = [];
});
afterEach(() => rmSync(join(folder, ".."), { recursive: true }));

/** A machine whose leftovers, while they are there, hold all of its room; `engines` answer one after the other. */
function means(...engines: Awaited<ReturnType<Means["findEngine"]>>[]): Means {
    let free: Room = { freeMemoryMb: 1000, freeDiskMb: 1000 };
    return {
        findEngine: () => Promise.resolve(engines.shift()),
        startClean: (_, of) => {
            done.push(`cleared ${of === folder && existsSync(of) ? "its folder" : of}`);
            free = enough;
            return Promise.resolve();
        },
        roomOf: () => {
            done.push("looked for room");
            return free;
        },
        prepare: () => {
            done.push("set up");
            return Promise.resolve(environment);
        },
    };
}

const here = { docker, host: undefined };

it("clears away what a killed rehearsal holds before it looks for room", async () => {
    expect(await readyMachine(folder, means(here))).toEqual({ docker, environment });
    expect(done).toEqual(["cleared its folder", "looked for room", "set up"]);
});

it("sets nothing up where there is no room, and says how much there is", async () => {
    const full = { ...means(here), roomOf: () => ({ ...enough, freeMemoryMb: 900 }) };
    await expect(readyMachine(folder, full)).rejects.toThrow("900 MB are free, 4000 MB are needed");
    expect(done).toEqual(["cleared its folder"]);
});

it("clears away what lies on an engine that only set-up has started", async () => {
    const started = { ...means(undefined, here), roomOf: () => enough };
    expect(await readyMachine(folder, started)).toEqual({ docker, environment });
    expect(done).toEqual(["set up", "cleared its folder"]);
});

it("touches nothing of an engine on another machine", async () => {
    const elsewhere = means({ docker, host: "ssh://production" });
    await expect(readyMachine(folder, elsewhere)).rejects.toThrow(
        "The Docker engine is at ssh://production.",
    );
    expect(done).toEqual([]);
});

it("takes no machine without an engine", async () => {
    const none = { ...means(undefined, undefined), roomOf: () => enough };
    await expect(readyMachine(folder, none)).rejects.toThrow("No Docker engine answers here.");
});
