import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { runRecovered } from "../../tools/recovery";
import { cliFolder } from "../../tools/setup/engine";
import { PendingOperation, Recorded } from "../../tools/state";

let home: string;
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
    said = [];
});

afterEach(() => {
    process.env.PULUMI_BACKEND_URL = backendBefore;
    if (backendBefore === undefined) {
        delete process.env.PULUMI_BACKEND_URL;
    }
    fs.rmSync(home, { recursive: true });
});

/** A program in Pulumi's place: notes what it is called with, ends as it is told to, and prints what it has been given. */
function pulumiThat(codes: Record<string, number[]>, prints: Record<string, unknown> = {}): void {
    fs.mkdirSync(cliFolder(home), { recursive: true });
    for (const [command, each] of Object.entries(codes)) {
        fs.writeFileSync(path.join(home, `${command}.codes`), each.map((code) => `${code}\n`).join(""));
    }
    for (const [command, output] of Object.entries(prints)) {
        fs.writeFileSync(path.join(home, `${command}.prints`), JSON.stringify(output));
    }
    const script = `#!/bin/sh
command=$1
case "$1" in stack) command=$2 ;; esac
echo "$*" >> ${home}/calls
cat ${home}/$command.prints 2>/dev/null
code=$(head -n 1 ${home}/$command.codes 2>/dev/null)
sed -i 1d ${home}/$command.codes 2>/dev/null
exit "\${code:-0}"
`;
    fs.writeFileSync(path.join(cliFolder(home), "pulumi"), script, { mode: 0o755 });
}

const calls = () => fs.readFileSync(path.join(home, "calls"), "utf8").trimEnd().split("\n");

function run(goesAway = false): Promise<number> {
    const environment = { variables: { PULUMI_HOME: home }, world: "online" as const };
    const say = (text: string) => said.push(text);
    return runRecovered({ environment, stack: "unheard-of", say, goesAway }, [goesAway ? "destroy" : "up"]);
}

describe("with the state in a folder", () => {
    function stateOf(resources: Recorded[], pending: PendingOperation[]): void {
        process.env.PULUMI_BACKEND_URL = `file://${home}`;
        const folder = path.join(home, ".pulumi/stacks/berth");
        fs.mkdirSync(folder, { recursive: true });
        const latest = { resources, pending_operations: pending };
        const written = { version: 3, checkpoint: { stack: "unheard-of", latest } };
        fs.writeFileSync(path.join(folder, "unheard-of.json"), JSON.stringify(written));
    }

    test("nothing out of order costs no call of Pulumi", async () => {
        stateOf([STACK, ROUTE], []);
        pulumiThat({ up: [7] });
        expect(await run()).toBe(7);
        expect(calls()).toEqual(["up"]);
        expect(said).toEqual([]);
    });

    test("what a run was about is asked for first", async () => {
        stateOf([STACK, ROUTE], [creating, updating]);
        pulumiThat({});
        expect(await run()).toBe(0);
        expect(calls()).toEqual([
            "refresh --yes --skip-preview --suppress-outputs --clear-pending-creates --stack unheard-of --target urn:route",
            "up",
        ]);
        expect(said).toEqual(["  … a run of this stack was cut short: asking what is there"]);
    });

    test("before all goes away nothing is asked for, and creations are forgotten", async () => {
        stateOf([STACK, ROUTE], [creating, updating]);
        pulumiThat({});
        expect(await run(true)).toBe(0);
        expect(calls()).toEqual([
            "refresh --yes --skip-preview --suppress-outputs --clear-pending-creates --stack unheard-of --target urn:stack",
            "destroy",
        ]);
    });

    test("where nobody answers the update goes on, and tells", async () => {
        stateOf([STACK, ROUTE], [updating]);
        pulumiThat({ refresh: [255], up: [3] });
        expect(await run()).toBe(3);
        expect(calls()).toHaveLength(2);
        expect(said[1]).toBe("  … it could not be asked (255): going on with what the state says");
    });
});

describe("with the state somewhere else", () => {
    const exported = (pending: PendingOperation[]) => ({
        deployment: { resources: [STACK, ROUTE], pending_operations: pending },
    });
    const history = (startTime: string) => [{ kind: "update", result: "failed", startTime, config: {} }];

    beforeEach(() => {
        process.env.PULUMI_BACKEND_URL = "s3://bucket";
    });

    test("it is looked at when the update has succeeded, and had the lock for sure", async () => {
        pulumiThat({}, { export: exported([]) });
        expect(await run()).toBe(0);
        expect(calls()).toEqual(["up", "stack export --stack unheard-of"]);
    });

    test("an update that was made on a wrong state is made once more", async () => {
        pulumiThat(
            { up: [1, 0] },
            { export: exported([updating]), history: history(new Date().toISOString()) },
        );
        expect(await run()).toBe(0);
        expect(calls().map((call) => call.split(" ")[0])).toEqual(["up", "stack", "stack", "refresh", "up"]);
        expect(said.at(-1)).toBe("  … once more, now that nothing is in the way");
    });

    test("creations are forgotten without another update", async () => {
        pulumiThat({}, { export: exported([creating]) });
        expect(await run()).toBe(0);
        expect(calls().map((call) => call.split(" ")[0])).toEqual(["up", "stack", "refresh"]);
    });

    test("of an update that failed for nothing of that kind nothing is tried again", async () => {
        pulumiThat({ up: [5] }, { export: exported([]), history: history(new Date().toISOString()) });
        expect(await run()).toBe(5);
        expect(calls().map((call) => call.split(" ")[0])).toEqual(["up", "stack", "stack"]);
    });

    test("without the lock nothing is looked at: somebody else may be at work", async () => {
        const long = new Date(Date.now() - 60_000).toISOString();
        pulumiThat({ up: [255] }, { export: exported([updating]), history: history(long) });
        expect(await run()).toBe(255);
        expect(calls().map((call) => call.split(" ").slice(0, 2).join(" "))).toEqual(["up", "stack history"]);
        expect(said).toEqual([]);
    });
});
