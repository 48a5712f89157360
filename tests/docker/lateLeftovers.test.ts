import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connect } from "../../providers/engine/connect";
import { runRecovered } from "../../tools/recovery";
import { clean } from "../../tools/recovery/clean";
import { knownOf } from "../../tools/recovery/known";
import { PendingOperation, Recorded } from "../../tools/state";
import { Containers } from "../support/containers";
import { ENGINE_HOST } from "../support/onEngine";
import { ScriptedPulumi } from "../support/scriptedPulumi";

const IMAGE = "node:20-slim";
const STACK = "late";
const containers = new Containers("late");
const prefix = containers.uniqueName();
const backendBefore = process.env.PULUMI_BACKEND_URL;
let home: string;
let pulumi: ScriptedPulumi;
let said: string[];

jest.setTimeout(60_000);

beforeEach(() => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), "berth-late-"));
    pulumi = new ScriptedPulumi(home);
    process.env.PULUMI_BACKEND_URL = pulumi.backend;
    said = [];
});

afterEach(async () => {
    process.env.PULUMI_BACKEND_URL = backendBefore;
    if (backendBefore === undefined) {
        delete process.env.PULUMI_BACKEND_URL;
    }
    fs.rmSync(home, { recursive: true });
    await clear();
});

afterAll(() => containers.removeAll());

const labelsOf = (part: string) => ({
    "berth.stack": prefix,
    "berth.system": "shop",
    "berth.part": part,
});
const ours = () =>
    containers.docker.listContainers({ all: true, filters: { label: [`berth.stack=${prefix}`] } });
const names = async () => (await ours()).map(({ Names }) => Names[0]?.slice(prefix.length + 2)).sort();

/** Removes what there is of a part, or of all. */
async function clear(part = ""): Promise<void> {
    for (const { Id, Names } of await ours()) {
        if (Names[0]?.startsWith(`/${prefix}-${part}`) === true) {
            await containers.docker.getContainer(Id).remove({ force: true });
        }
    }
}

async function make(part: string): Promise<Recorded> {
    const { id } = await containers.docker.createContainer({
        Image: IMAGE,
        name: `${prefix}-${part}`,
        Cmd: ["true"],
        Labels: labelsOf(part),
    });
    return containerOf(part, id);
}

function containerOf(part: string, id?: string): Recorded {
    const labels = Object.entries(labelsOf(part)).map(([label, value]) => ({ label, value }));
    return { urn: `urn:${part}`, type: "docker:index/container:Container", id, inputs: { labels } };
}

const ENGINE: Recorded = {
    urn: "urn:engine",
    type: "pulumi:providers:berth",
    inputs: { host: ENGINE_HOST, sshOpts: "[]" },
    created: new Date(Date.now() - 3_600_000).toISOString(),
};
const ROOT: Recorded = { urn: "urn:stack", type: "pulumi:pulumi:Stack" };

/**
 * Shell that makes a container as an engine does for a request of somebody who is gone, and goes on for a second: a look
 * counts all as younger by what the engine's answer took, and leaves what is as young as the look itself.
 */
function makes(part: string): string {
    const options = { Image: IMAGE, name: `${prefix}-${part}`, Cmd: ["true"], Labels: labelsOf(part) };
    const script = `new (require("dockerode"))().createContainer(${JSON.stringify(options)})`;
    return `${process.execPath} -e '${script}'\nsleep 1\n`;
}

function run(command: "up" | "destroy"): Promise<number> {
    const environment = { variables: { PULUMI_HOME: home }, world: "online" as const };
    const say = (text: string) => said.push(text);
    return runRecovered({ environment, stack: STACK, say, goesAway: command === "destroy" }, [command]);
}

const creating = (part: string): PendingOperation => ({ type: "creating", resource: containerOf(part) });
const removed = (part: string) =>
    `  ✓ removed the container ${prefix}-${part}, which a run that was killed has left`;

test("what the engine was still making when it was looked at is removed after the update", async () => {
    pulumi.stateOf(STACK, [ROOT, ENGINE, await make("router")], [creating("web")]);
    pulumi.does({ up: { runs: makes("web") } });
    expect(await run("up")).toBe(0);
    expect(await names()).toEqual(["router"]);
    expect(said.at(-1)).toBe(removed("web"));
});

test("an update that failed beside it is made once more", async () => {
    pulumi.stateOf(STACK, [ROOT, ENGINE, await make("router")], [creating("db")]);
    pulumi.does({ up: { codes: [255], runs: `[ -e ${home}/made ] || ${makes("db")}touch ${home}/made\n` } });
    expect(await run("up")).toBe(0);
    expect(pulumi.calls().filter((call) => call === "up")).toHaveLength(2);
    expect(await names()).toEqual(["router"]);
    expect(said.slice(-2)).toEqual([removed("db"), "  … once more, now that nothing is in the way"]);
});

test("after all was taken down, too, on the engine that the state knew before", async () => {
    const router = await make("router");
    pulumi.stateOf(STACK, [ROOT, ENGINE, router], [creating("web")]);
    const gone = JSON.stringify({ version: 3, checkpoint: { stack: STACK, latest: {} } });
    const removal = `new (require("dockerode"))().getContainer("${router.id ?? ""}").remove()`;
    pulumi.does({
        destroy: {
            runs: `${makes("web")}${process.execPath} -e '${removal}'\necho '${gone}' > ${home}/.pulumi/stacks/berth/${STACK}.json\n`,
        },
    });
    expect(await run("destroy")).toBe(0);
    expect(await names()).toEqual([]);
});

test("without a run that was killed nobody looks again", async () => {
    pulumi.stateOf(STACK, [ROOT, ENGINE, await make("router")], []);
    pulumi.does({ up: { runs: makes("web") } });
    expect(await run("up")).toBe(0);
    expect(await names()).toEqual(["router", "web"]);
    expect(said).toEqual([]);
});

test("what was made in the very second of a look counts by its moment", async () => {
    const resources = [ENGINE, await make("router")];
    const known = knownOf({ resources, pending: [] }, prefix);
    const { SystemTime } = (await containers.docker.info()) as { SystemTime: string };
    const ahead = Date.parse(SystemTime) - Date.now();
    let before: number;
    let made: string;
    do {
        await clear("web");
        // A while after the start of one of the engine's seconds, with much of it left.
        await delay(1200 - ((Date.now() + ahead) % 1000));
        before = Date.now();
        await make("web");
        made = (await containers.docker.getContainer(`${prefix}-web`).inspect()).Created;
    } while (Date.parse(made) % 1000 > 500);
    const endOfSecond = (Math.floor(Date.parse(made) / 1000) + 1) * 1000 - ahead;
    const look = (moment: number) => clean(known, moment, (text) => said.push(text), connect);
    expect(await look(before)).toMatchObject({ removed: [] });
    expect((await look(endOfSecond - 300)).removed.map(({ name }) => name)).toEqual([`${prefix}-web`]);
});
