import { randomUUID } from "node:crypto";
import { connect, createServer, Server, Socket } from "node:net";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { containerOf, Job } from "../../providers/engine/jobContainer";
import { endingName } from "../../providers/engine/ending";
import { exec, until } from "../support/containers";
import { JOB, Jobs, NODE, ScriptedJob } from "../support/jobs";
import { ENGINE_HOST } from "../support/onEngine";
import { ProviderClient, secret } from "../support/providerClient";
import { spawnProvider } from "../support/spawnedProvider";

jest.setTimeout(60_000);
let jobs: Jobs;
beforeAll(async () => {
    jobs = await Jobs.start("job-left");
});
afterAll(() => jobs.removeAll());
beforeEach(() => {
    jobs.engine.told.length = 0;
});

/** Notes each run in a volume, and ends when it is told to go. */
const COUNTED = "echo run >> /data/runs; echo started; until [ -f /data/go ]; do sleep 0.05; done; echo done";

interface Counted {
    readonly job: ScriptedJob;
    /** How often it ran. */
    readonly runs: () => Promise<number>;
    readonly go: () => Promise<void>;
}

async function counted(): Promise<Counted> {
    const volume = await jobs.containers.volume();
    const keeper = await jobs.containers.start(NODE, {
        Cmd: ["sleep", "3600"],
        HostConfig: { Binds: [`${volume}:/data`], Init: true },
    });
    const mounts = [{ volumeName: volume, containerPath: "/data" }];
    const job = jobs.of(COUNTED, { volumes: mounts, env: { PASSWORD: secret("hush"), MODE: "x" } });
    return {
        job,
        runs: async () => Number((await exec(keeper, ["sh", "-c", "cat /data/runs | wc -l"])).output),
        go: async () => {
            await exec(keeper, ["touch", "/data/go"]);
        },
    };
}

/** What an interrupted run leaves of a job: a container that was made, and no more. */
async function leave(job: ScriptedJob): Promise<ReturnType<typeof jobs.containers.docker.getContainer>> {
    return await jobs.containers.docker.createContainer(containerOf(job as unknown as Job));
}

const startedAt = async (job: ScriptedJob) => (await jobs.container(job))?.State.StartedAt;

describe("a run that a killed update left behind", () => {
    it("is waited for, and tells what it wrote from its start", async () => {
        const { job, runs, go } = await counted();
        const killed = await spawnProvider(jobs.engine.address);
        const creation = expect(killed.client.create(JOB, job)).rejects.toThrow();
        await jobs.engine.hears("started");
        await killed.kill();
        await creation;
        jobs.engine.told.length = 0;

        const adopted = jobs.create(job);
        await jobs.engine.hears("started");
        await go();
        expect(await adopted).toEqual({ ...job, irreversible: [] });
        expect(jobs.engine.lines).toEqual([
            expect.stringMatching(/^waiting for a run that was left behind: it started at 2/),
            "started",
            "done",
        ]);
        expect(await runs()).toBe(1);
    });

    it("counts when it has succeeded meanwhile, with what it declared", async () => {
        const job = jobs.of("echo berth:irreversible a is gone; echo done");
        await jobs.create(job);
        const first = await startedAt(job);
        jobs.engine.told.length = 0;
        const { irreversible } = await jobs.create(job);
        expect(irreversible).toEqual([{ image: "shop:1", reason: "a is gone" }]);
        expect(jobs.engine.lines).toEqual([
            expect.stringMatching(/^not run again: it succeeded at 2.*, before that was recorded$/),
        ]);
        expect(await startedAt(job)).toBe(first);
    });

    it("runs anew when it has failed, and what it declared is kept", async () => {
        const job = jobs.of(
            "echo berth:irreversible a is gone; if [ -f /data/failed ]; then echo well; else touch /data/failed; exit 3; fi",
            { volumes: [{ volumeName: await jobs.containers.volume(), containerPath: "/data" }] },
        );
        expect(await jobs.failure(job)).toMatch(/exited with code 3/);
        expect(await jobs.namesOf(job)).toEqual([job.name]);
        const { irreversible } = await jobs.create(job);
        expect(irreversible).toEqual([{ image: "shop:1", reason: "a is gone" }]);
        expect(jobs.engine.lines).toContain("well");
    });

    it("runs anew when it never started", async () => {
        const job = jobs.of("echo done");
        await leave(job);
        await jobs.create(job);
        expect(jobs.engine.lines).toEqual(["done"]);
    });

    it("is stopped when it is one of another image, command, environment or volumes", async () => {
        const old = jobs.of(
            "trap 'echo berth:irreversible b is gone; exit 0' TERM; echo started; while :; do sleep 0.1; done",
            { imageName: "shop:0" },
        );
        const container = await leave(old);
        await container.start();
        await until(
            async () => (await container.logs({ stdout: true })).includes("started"),
            () => Promise.resolve("it did not start"),
        );
        const job = { ...old, command: ["echo", "done"], imageName: "shop:1" };
        const { irreversible } = await jobs.create(job);
        expect(jobs.engine.lines).toEqual(["stopping a run of shop:0 that was left behind", "done"]);
        expect(irreversible).toEqual([{ image: "shop:0", reason: "b is gone" }]);
        expect(await jobs.namesOf(job)).toEqual([job.name]);
        await expect(container.inspect()).rejects.toThrow("no such container");
    });

    it("is no success when it was told to end, whatever it exited with", async () => {
        const job = jobs.of("echo done");
        const container = await leave(job);
        await container.start();
        await container.wait();
        await container.rename({ name: endingName(job.name) });
        await jobs.create(job);
        expect(jobs.engine.lines).toEqual(["done"]);
        expect(await jobs.namesOf(job)).toEqual([job.name]);
    });

    it("is gone after a look at the job, when it was told to end: the job may stay as it was", async () => {
        const job = jobs.of("echo berth:irreversible c is gone; echo done");
        const state = await jobs.create(job);
        const ending = await jobs.containers.docker.createContainer({
            ...containerOf({
                ...job,
                command: ["sh", "-c", "echo berth:irreversible d is gone"],
            } as unknown as Job),
            name: endingName(job.name),
        });
        await ending.start();
        await ending.wait();
        const read = await jobs.provider.read(JOB, job.name, state);
        expect(read.state.irreversible).toEqual([
            { image: "shop:1", reason: "c is gone" },
            { image: "shop:1", reason: "d is gone" },
        ]);
        expect(await jobs.namesOf(job)).toEqual([job.name]);
        expect(await jobs.notesOf(job)).toEqual(["d is gone"]);
    });

    it("goes with the job", async () => {
        const job = jobs.of("sleep 3600");
        await (await leave(job)).start();
        await jobs.containers.docker.getContainer(job.name).rename({ name: endingName(job.name) });
        await (await leave(job)).start();
        expect(await jobs.namesOf(job)).toHaveLength(2);
        await jobs.provider.delete(JOB, job.name, { ...job, irreversible: [] });
        expect(await jobs.namesOf(job)).toEqual([]);
    });
});

describe("a job that has succeeded", () => {
    it("runs again for another environment, and for nothing that leaves the run the same", async () => {
        const { job, runs, go } = await counted();
        await go();
        const first = await jobs.create(job);
        const labelled = { labels: { a: "b" }, limits: { cpus: 1 }, timeoutSeconds: 30, imageName: "shop:2" };
        const second = await jobs.update(job, first, labelled);
        expect(second).toEqual({ ...job, ...labelled, irreversible: [] });
        expect(await runs()).toBe(1);
        await jobs.update(job, second, { ...labelled, env: { PASSWORD: secret("new-hush"), MODE: "x" } });
        expect(await runs()).toBe(2);
        expect((await jobs.container(job))?.Config.Labels).toMatchObject({ a: "b" });
    });

    it("runs again after a deletion: what a replacement does", async () => {
        const { job, runs, go } = await counted();
        await go();
        const state = await jobs.create(job);
        await jobs.provider.delete(JOB, job.name, state);
        await jobs.create(job);
        expect(await runs()).toBe(2);
    });
});

describe("an engine that is lost", () => {
    it("fails the update with what it had told, and the next one waits for the run", async () => {
        const { job, runs, go } = await counted();
        const way = await Way.open();
        const cut = await ProviderClient.start(undefined, jobs.engine.address);
        await cut.configure(way.address);
        const failed = cut.create(JOB, job).then(
            () => "it succeeded",
            (error: unknown) => (error as Error).message,
        );
        await jobs.engine.hears("started");
        await way.close();
        const [first, ran, ...rest] = (await failed).split("\n");
        expect(first).toMatch(new RegExp(`^${job.name} was out of reach while it ran: `));
        expect(ran).toMatch(
            /in shop:1\. It may run on: the next update waits for its end, or runs it again\. What depends on it was not touched\.$/,
        );
        expect(rest).toEqual(["The last lines of its output:", "  | started"]);
        cut.close();

        await go();
        await jobs.create(job);
        expect(await runs()).toBe(1);
    });
});

/** A way to the engine that can be closed. */
class Way {
    private readonly sockets: Socket[] = [];
    private readonly file = path.join(tmpdir(), `berth-${randomUUID()}.sock`);
    private readonly server: Server = createServer((client) => {
        const engine = connect(new URL(ENGINE_HOST).pathname);
        this.sockets.push(client, engine);
        for (const [from, to] of [
            [client, engine],
            [engine, client],
        ] as const) {
            from.pipe(to);
            from.on("error", () => to.destroy());
        }
    });

    static async open(): Promise<Way> {
        const way = new Way();
        way.server.listen(way.file);
        await once(way.server, "listening");
        return way;
    }

    get address(): string {
        return `unix://${this.file}`;
    }

    async close(): Promise<void> {
        const closed = once(this.server, "close");
        this.server.close();
        this.sockets.forEach((socket) => socket.destroy());
        await closed;
        rmSync(this.file, { force: true });
    }
}
