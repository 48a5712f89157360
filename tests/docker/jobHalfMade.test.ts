import type Docker from "dockerode";
import { containerOf, Job } from "../../providers/engine/jobContainer";
import { Jobs, ScriptedJob } from "../support/jobs";
import { LateEngine } from "../support/lateEngine";

jest.setTimeout(60_000);
let late: LateEngine;
let jobs: Jobs;
beforeAll(async () => {
    late = await LateEngine.start();
    jobs = await Jobs.start("job-half-made", late.address);
});
afterAll(async () => {
    late.shows();
    await jobs.removeAll();
    await late.stop();
});
beforeEach(() => {
    jobs.engine.told.length = 0;
});

/** A container that the engine makes for a job while nobody can see it. */
async function halfMade(job: ScriptedJob): Promise<Docker.Container> {
    return await jobs.containers.docker.createContainer(containerOf(job as unknown as Job));
}

/** Lets a container be seen once its name was refused so many times. */
function seenAfter(refusals: number, { name }: ScriptedJob): void {
    let left = refusals;
    late.hides(name, () => {
        left -= 1;
        if (left === 0) {
            late.shows();
        }
        return Promise.resolve();
    });
}

describe("a container that the engine is still making for an update that was killed", () => {
    it.each([1, 3])("makes room once it is there, after its name was refused %d times", async (refusals) => {
        const job = jobs.of("echo done");
        const container = await halfMade(job);
        seenAfter(refusals, job);
        await jobs.create(job);
        expect(jobs.engine.lines).toEqual(["done"]);
        expect(await jobs.namesOf(job)).toEqual([job.name]);
        await expect(container.inspect()).rejects.toThrow("no such container");
    });

    it("is waited for when it is the very run, and has been started", async () => {
        const job = jobs.of("echo started; until [ -f /tmp/go ]; do sleep 0.05; done; echo done");
        const container = await halfMade(job);
        await container.start();
        seenAfter(1, job);
        const adopted = jobs.create(job);
        await jobs.engine.hears("started");
        const go = await container.exec({ Cmd: ["touch", "/tmp/go"] });
        await go.start({ Detach: true });
        await adopted;
        expect(jobs.engine.lines).toEqual([
            expect.stringMatching(/^waiting for a run that was left behind: it started at 2/),
            "started",
            "done",
        ]);
        expect((await jobs.container(job))?.Id).toBe(container.id);
    });

    it("is not waited for when it comes to nothing: its name is free again", async () => {
        const job = jobs.of("echo done");
        const container = await halfMade(job);
        late.hides(job.name, async () => {
            await container.remove();
        });
        await jobs.create(job);
        expect(jobs.engine.lines).toEqual(["done"]);
    });

    it("is waited for until the update is cancelled", async () => {
        const own = await Jobs.start("job-half-made-cancel", late.address);
        const job = own.of("echo done");
        await halfMade(job);
        late.hides(job.name, () => own.provider.cancel());
        expect(await own.failure(job)).toContain("the update was cancelled");
        late.shows();
        await own.removeAll();
    });

    it("fails the job when it never comes to be seen", async () => {
        const job = jobs.of("echo done");
        await halfMade(job);
        late.hides(job.name, () => Promise.resolve());
        expect(await jobs.failure(job)).toMatch(
            new RegExp(
                `^${job.name} could not be made: .*The container name "/${job.name}" is already in use`,
            ),
        );
        late.shows();
    });
});
