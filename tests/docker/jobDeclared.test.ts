import { setTimeout as delay } from "node:timers/promises";
import { knownOf } from "../../tools/recovery/known";
import { removeNotes } from "../../tools/recovery/notes";
import { CallFailure, failureOf } from "../support/callFailure";
import { JOB, Jobs, ScriptedJob } from "../support/jobs";
import { randomNumbers, spread } from "../support/killing";
import { ENGINE_HOST } from "../support/onEngine";
import { secret } from "../support/providerClient";
import { spawnProvider } from "../support/spawnedProvider";

jest.setTimeout(120_000);
let jobs: Jobs;
beforeAll(async () => {
    jobs = await Jobs.start("job-declared");
});
afterAll(() => jobs.removeAll());
beforeEach(() => {
    jobs.engine.told.length = 0;
});

const A = { image: "shop:1", reason: "a is gone" };
/** Declares it, and never ends. */
const HANGS = "echo berth:irreversible a is gone; echo started; exec sleep 3600";
const shell = (script: string) => ({ command: ["sh", "-c", script] });

const creation = (job: ScriptedJob): Promise<CallFailure> => failureOf(jobs.provider.create(JOB, job));

/** What the engine has in the state after a failed creation. */
const leftOf = ({ name }: ScriptedJob) => ({ id: name, state: { name, irreversible: [A] } });

describe("what a run declares that is no success", () => {
    it("is in the state when its time was over, and noted until an update has had it from there", async () => {
        const job = jobs.of(HANGS, { timeoutSeconds: 2 });
        const { message, left } = await creation(job);
        expect(message).toContain(`${job.name} did not end within 2 s`);
        expect(left).toEqual({ ...leftOf(job), reasons: [message] });
        expect(await jobs.namesOf(job)).toEqual([]);
        expect(await jobs.notesOf(job)).toEqual(["a is gone"]);

        const next = await jobs.update(job, left?.state ?? {}, shell("echo done"));
        expect(next.irreversible).toEqual([A]);
        expect(jobs.engine.lines).toContain("done");
        expect(await jobs.notesOf(job)).toEqual([]);
    });

    it("is in the state when the update was cancelled", async () => {
        const own = await Jobs.start("job-declared-cancel");
        const job = own.of(HANGS);
        const failed = failureOf(own.provider.create(JOB, job));
        await own.engine.hears("started");
        await own.provider.cancel();
        expect((await failed).left).toMatchObject(leftOf(job));
        await own.removeAll();
    });

    it("is in the state when it exited with another code, or somebody removed its container", async () => {
        const failing = jobs.of("echo berth:irreversible a is gone; exit 3");
        expect((await creation(failing)).left).toMatchObject(leftOf(failing));

        const removed = jobs.of(HANGS);
        const failed = creation(removed);
        await jobs.engine.hears("started");
        await jobs.containers.docker.getContainer(removed.name).remove({ force: true });
        expect((await failed).left).toMatchObject(leftOf(removed));
        expect(await jobs.notesOf(removed)).toEqual(["a is gone"]);
    });

    it("is kept when the next run starts over, and fails for another reason", async () => {
        const job = jobs.of("echo berth:irreversible a is gone; exit 3");
        await creation(job);
        expect((await creation({ ...job, ...shell("exit 4") })).left).toMatchObject(leftOf(job));
        expect((await creation({ ...job, image: "berth-no-such:1" })).left).toMatchObject(leftOf(job));
        expect((await jobs.create({ ...job, ...shell("true") })).irreversible).toEqual([A]);
    });

    it("leaves the rest of the state as it was: who goes back to it runs nothing again", async () => {
        const env = { PASSWORD: secret("hush-hush") };
        const job = jobs.of("echo first", { env, labels: { "berth.part": "web" } });
        const first = await jobs.create(job);
        const second = { ...job, ...shell("echo berth:irreversible hush-hush; exit 3"), imageName: "shop:2" };
        const { left } = await failureOf(jobs.provider.update(JOB, job.name, first, second));
        const declared = { image: "shop:2", reason: "[secret]" };
        expect(left).toMatchObject({ id: job.name, state: { ...first, irreversible: [declared] } });
        jobs.engine.told.length = 0;
        expect(await jobs.update(job, left?.state ?? {}, {})).toEqual({ ...first, irreversible: [declared] });
        expect(jobs.engine.lines).toEqual([]);
    });

    it("leaves no more than the failure when nothing was declared", async () => {
        expect((await creation(jobs.of("exit 3"))).left).toBeUndefined();
    });
});

/** A run that has declared it and goes on, while whoever began it was killed. */
async function leftRunning(): Promise<ScriptedJob> {
    const job = jobs.of(HANGS);
    jobs.engine.told.length = 0;
    const killed = await spawnProvider(jobs.engine.address);
    const failed = expect(killed.client.create(JOB, job)).rejects.toThrow();
    await jobs.engine.hears("started");
    await killed.kill();
    await failed;
    return job;
}

describe("a job that is replaced, or brought up again beside its data", () => {
    it("knows what was declared before", async () => {
        const job = jobs.of("echo berth:irreversible a is gone");
        const state = await jobs.create(job);
        await jobs.provider.delete(JOB, job.name, state);
        expect(await jobs.namesOf(job)).toEqual([]);
        expect((await jobs.create({ ...job, ...shell("true") })).irreversible).toEqual([A]);
    });

    it("knows what a run had declared that was deleted while it ran", async () => {
        const job = await leftRunning();
        await jobs.provider.delete(JOB, job.name, { ...job, irreversible: [] });
        expect((await jobs.create({ ...job, ...shell("true") })).irreversible).toEqual([A]);
    });
});

describe("a refresh", () => {
    it("finds what a run has declared whose update was killed, and changes nothing else", async () => {
        const job = await leftRunning();
        const before = { ...job, ...shell("true"), irreversible: [{ image: "shop:0", reason: "z is gone" }] };
        const { id, state, inputs } = await jobs.provider.read(JOB, job.name, before);
        expect(id).toBe(job.name);
        expect(state).toEqual({ ...before, irreversible: [...before.irreversible, A] });
        expect(inputs).toEqual({ ...job, ...shell("true") });
        await jobs.runs(job);
    });

    it("takes a job for done whose container is gone", async () => {
        const job = jobs.of("true");
        const state = { ...job, irreversible: [A] };
        expect(await jobs.provider.read(JOB, job.name, state)).toMatchObject({ id: job.name, state });
    });
});

describe("notes of a stack", () => {
    it("go with its data, and those of other stacks stay", async () => {
        const prefix = `${jobs.containers.uniqueName()}-stack`;
        const own = jobs.of("echo berth:irreversible a is gone; exit 3", {
            labels: { "berth.stack": prefix },
        });
        const other = jobs.of("echo berth:irreversible a is gone; exit 3", {
            labels: { "berth.stack": "another-stack" },
        });
        await Promise.all([creation(own), creation(other)]);
        expect([await jobs.notesOf(own), await jobs.notesOf(other)]).toEqual([[A.reason], [A.reason]]);
        const known = knownOf({ resources: [], pending: [] }, prefix);
        const said: string[] = [];
        const say = (text: string) => said.push(text);
        await removeNotes({ ...known, engines: [{ host: ENGINE_HOST, sshOpts: [] }] }, say);
        expect([await jobs.notesOf(own), await jobs.notesOf(other)]).toEqual([[], [A.reason]]);
        await removeNotes({ ...known, engines: [{ host: "unix:///nowhere.sock", sshOpts: [] }] }, say);
        expect(said).toEqual([expect.stringContaining("on unix:///nowhere.sock: ")]);
    });
});

describe("an update that is killed while it clears away what another has left", () => {
    const seed = Number(process.env.BERTH_SEED ?? Date.now() % 1_000_000);
    /** Longer than it takes to stop a run, to remove it and to start the next. */
    const WHOLE_MS = 1000;
    const moments = spread(10, randomNumbers(seed)).map((at) => Math.round(at * WHOLE_MS));

    it.each(moments)(`loses nothing of what was declared, after %d ms (BERTH_SEED=${seed})`, async (ms) => {
        const job = await leftRunning();
        const next = await spawnProvider(jobs.engine.address);
        const ended = next.client.create(JOB, { ...job, ...shell("exec sleep 3600") }).catch(() => undefined);
        await delay(ms);
        await next.kill();
        await ended;
        expect((await jobs.create({ ...job, ...shell("true") })).irreversible).toEqual([A]);
    });
});
