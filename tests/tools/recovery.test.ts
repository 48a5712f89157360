import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { runRecovered } from "../../tools/recovery";
import { PendingOperation, Recorded } from "../../tools/state";
import { until } from "../support/containers";
import { ScriptedPulumi } from "../support/scriptedPulumi";

let home: string;
let pulumi: ScriptedPulumi;
let said: string[];
const backendBefore = process.env.PULUMI_BACKEND_URL;

const STACK: Recorded = { urn: "urn:stack", type: "pulumi:pulumi:Stack" };
const ROUTE: Recorded = { urn: "urn:route", type: "berth:index:Route" };
const creating: PendingOperation = {
    type: "creating",
    resource: { urn: "urn:new", type: "docker:index/container:Container" },
};
const updating: PendingOperation = { type: "updating", resource: ROUTE };

beforeEach(() => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), "berth-pulumi-"));
    pulumi = new ScriptedPulumi(home);
    said = [];
});

afterEach(() => {
    process.env.PULUMI_BACKEND_URL = backendBefore;
    if (backendBefore === undefined) {
        delete process.env.PULUMI_BACKEND_URL;
    }
    fs.rmSync(home, { recursive: true });
});

function run(goesAway = false): Promise<number> {
    const environment = { variables: { PULUMI_HOME: home }, world: "online" as const };
    const say = (text: string) => said.push(text);
    return runRecovered({ environment, stack: "unheard-of", say, goesAway }, [goesAway ? "destroy" : "up"]);
}

/** Shell of a command that lasts until it is told to end. */
const lasting = () =>
    `trap 'exit 1' TERM\necho $$ > ${home}/pid\nmv ${home}/pid ${home}/started\nwhile :; do sleep 0.05; done\n`;

/** The number of its process, once it runs. */
async function started(): Promise<number> {
    const file = path.join(home, "started");
    await until(
        () => Promise.resolve(fs.existsSync(file)),
        () => Promise.resolve("it did not start"),
    );
    return Number(fs.readFileSync(file, "utf8"));
}

const STOPS: Record<string, (pid: number) => void> = {
    "by Ctrl-C, which reaches Pulumi from the terminal": (pid) => {
        process.emit("SIGINT");
        process.kill(pid, "SIGTERM");
    },
    "by a signal, which is passed on": () => process.emit("SIGTERM"),
    "by the end of Pulumi alone": (pid) => process.kill(pid, "SIGKILL"),
};

describe("with the state in a folder", () => {
    function stateOf(resources: Recorded[], pending: PendingOperation[]): void {
        process.env.PULUMI_BACKEND_URL = pulumi.backend;
        pulumi.stateOf("unheard-of", resources, pending);
    }

    test("nothing out of order costs no call of Pulumi", async () => {
        stateOf([STACK, ROUTE], []);
        pulumi.does({ up: { codes: [7] } });
        expect(await run()).toBe(7);
        expect(pulumi.calls()).toEqual(["up"]);
        expect(said).toEqual([]);
    });

    test("half a lock that a run has just died over is gone before Pulumi looks", async () => {
        stateOf([STACK, ROUTE], []);
        const locks = path.join(home, ".pulumi/locks/organization/berth/unheard-of");
        fs.mkdirSync(locks, { recursive: true });
        fs.writeFileSync(path.join(locks, "0f5ee1c.json.18d30.tmp"), '{"pid":');
        pulumi.does({ up: { runs: `[ -z "$(ls ${locks})" ] || exit 255` } });
        expect(await run()).toBe(0);
    });

    test("what a run was about is asked for first", async () => {
        stateOf([STACK, ROUTE], [creating, updating]);
        pulumi.does({});
        expect(await run()).toBe(0);
        expect(pulumi.calls()).toEqual([
            "refresh --yes --skip-preview --suppress-outputs --clear-pending-creates --stack unheard-of --target urn:route",
            "up",
        ]);
        expect(said).toEqual(["  … a run of this stack was cut short: asking what is there"]);
    });

    test("before all goes away nothing is asked for, and creations are forgotten", async () => {
        stateOf([STACK, ROUTE], [creating, updating]);
        pulumi.does({});
        expect(await run(true)).toBe(0);
        expect(pulumi.calls()).toEqual([
            "refresh --yes --skip-preview --suppress-outputs --clear-pending-creates --stack unheard-of --target urn:stack",
            "destroy",
        ]);
    });

    test("who stops it while it asks has stopped it as a whole", async () => {
        stateOf([STACK, ROUTE], [updating]);
        pulumi.does({ refresh: { runs: lasting() } });
        const running = run();
        await started();
        process.emit("SIGTERM");
        await expect(running).rejects.toThrow("Stopped while it was asked what is there.");
        expect(pulumi.calls().filter((call) => call === "up")).toEqual([]);
    });

    test("where nobody answers the update goes on, and tells", async () => {
        stateOf([STACK, ROUTE], [updating]);
        pulumi.does({ refresh: { codes: [255] }, up: { codes: [3] } });
        expect(await run()).toBe(3);
        expect(pulumi.calls()).toHaveLength(2);
        expect(said[1]).toBe("  … it could not be asked (255): going on with what the state says");
    });
});

describe("with the state somewhere else", () => {
    const exported = (pending: PendingOperation[]) => ({
        deployment: { resources: [STACK, ROUTE], pending_operations: pending },
    });
    /** When an update starts that is still to begin: no second may turn between the two. */
    const soon = () => new Date(Date.now() + 1000).toISOString();
    const history = (startTime: string) => [{ kind: "update", result: "failed", startTime, config: {} }];

    beforeEach(() => {
        process.env.PULUMI_BACKEND_URL = "s3://bucket";
    });

    test("it is looked at when the update has succeeded, and had the lock for sure", async () => {
        pulumi.does({ export: { prints: exported([]) } });
        expect(await run()).toBe(0);
        expect(pulumi.calls()).toEqual(["up", "stack export --stack unheard-of"]);
    });

    test("an update that was made on a wrong state is made once more", async () => {
        pulumi.does({
            up: { codes: [1] },
            export: { prints: exported([updating]) },
            history: { prints: history(soon()) },
        });
        expect(await run()).toBe(0);
        expect(pulumi.calls().map((call) => call.split(" ")[0])).toEqual([
            "up",
            "stack",
            "stack",
            "refresh",
            "up",
        ]);
        expect(said.at(-1)).toBe("  … once more, now that nothing is in the way");
    });

    describe("an update that somebody has stopped is not tried again", () => {
        beforeEach(() => {
            pulumi.does({
                up: { runs: lasting() },
                export: { prints: exported([updating]) },
                history: { prints: history(soon()) },
            });
        });

        test.each(Object.entries(STOPS))("%s", async (_, stop) => {
            const running = run();
            stop(await started());
            expect(await running).not.toBe(0);
            expect(pulumi.calls()).toEqual(["up"]);
        });
    });

    test("creations are forgotten without another update", async () => {
        pulumi.does({ export: { prints: exported([creating]) } });
        expect(await run()).toBe(0);
        expect(pulumi.calls().map((call) => call.split(" ")[0])).toEqual(["up", "stack", "refresh"]);
    });

    test("of an update that failed for nothing of that kind nothing is tried again", async () => {
        pulumi.does({
            up: { codes: [5] },
            export: { prints: exported([]) },
            history: { prints: history(soon()) },
        });
        expect(await run()).toBe(5);
        expect(pulumi.calls().map((call) => call.split(" ")[0])).toEqual(["up", "stack", "stack"]);
    });

    test("without the lock nothing is looked at: somebody else may be at work", async () => {
        const long = new Date(Date.now() - 60_000).toISOString();
        pulumi.does({
            up: { codes: [255] },
            export: { prints: exported([updating]) },
            history: { prints: history(long) },
        });
        expect(await run()).toBe(255);
        expect(pulumi.calls().map((call) => call.split(" ").slice(0, 2).join(" "))).toEqual([
            "up",
            "stack history",
        ]);
        expect(said).toEqual([]);
    });
});
