import { exec } from "../support/containers";
import { JOB, Jobs, NODE, ScriptedJob } from "../support/jobs";
import { secret } from "../support/providerClient";

jest.setTimeout(60_000);
let jobs: Jobs;
beforeAll(async () => {
    jobs = await Jobs.start("job");
});
afterAll(() => jobs.removeAll());
beforeEach(() => {
    jobs.engine.told.length = 0;
});

const AGAIN = "What depends on it was not touched; the next update runs it again.";

/** The second line of a failure. */
function ran(job: ScriptedJob): string {
    return `It ran \`${(job.command as string[]).join(" ")}\` in shop:1. ${AGAIN}`;
}

describe("a job that succeeds", () => {
    it("runs to its end before it counts as made, and tells what it writes line by line", async () => {
        const job = jobs.of("echo one; sleep 0.2; echo two >&2; sleep 0.2; echo three; printf 'no end'");
        expect(await jobs.create(job)).toEqual({ ...job, irreversible: [] });
        expect(jobs.engine.lines).toEqual(["one", "two", "three", "no end"]);
        const { State } = (await jobs.container(job)) ?? {};
        expect(State).toMatchObject({ Running: false, ExitCode: 0 });
    });

    it("tells all of much that it writes, in its order", async () => {
        const job = jobs.of("", {
            command: ["node", "-e", "for (let i = 0; i < 1000; i++) console.log(`line ${i}`)"],
        });
        await jobs.create(job);
        expect(jobs.engine.lines).toEqual(Array.from({ length: 1000 }, (_, index) => `line ${index}`));
    });

    it("has its environment, its volumes and its networks, and is confined", async () => {
        const volume = await jobs.containers.volume();
        const script = `
            echo "$GREETING $(id -u) $(cat /data/note 2>&1)"
            touch /tmp/ok && echo wrote
            touch /root-file 2>/dev/null || echo refused
            touch /data/new 2>/dev/null || echo refused`;
        const holder = await jobs.containers.start(NODE, {
            Cmd: ["sleep", "3600"],
            HostConfig: { Binds: [`${volume}:/data`], Init: true },
        });
        await exec(holder, ["sh", "-c", "echo noted > /data/note"]);
        const job = jobs.of(script, {
            env: { GREETING: "hello" },
            user: "node",
            refuseRoot: true,
            volumes: [{ volumeName: volume, containerPath: "/data", readOnly: true }],
            limits: { cpus: 0.5, memoryMb: 64 },
            labels: { "berth.part": "web" },
        });
        await jobs.create(job);
        expect(jobs.engine.lines).toEqual(["hello 1000 noted", "wrote", "refused", "refused"]);
        expect(await jobs.container(job)).toMatchObject({
            Config: { Labels: { "berth.part": "web" }, User: "node" },
            HostConfig: {
                CapDrop: ["ALL"],
                SecurityOpt: ["no-new-privileges:true"],
                ReadonlyRootfs: true,
                RestartPolicy: { Name: "no" },
                LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "3" } },
                NanoCpus: 500_000_000,
                Memory: 67_108_864,
                MemorySwap: 67_108_864,
            },
            NetworkSettings: {
                Networks: { [(job.networks as string[])[0] ?? ""]: expect.any(Object) as object },
            },
        });
    });

    it("may write to its root where it is told so", async () => {
        await jobs.create(jobs.of("touch /root-file && echo wrote", { readOnlyRoot: false }));
        expect(jobs.engine.lines).toEqual(["wrote"]);
    });

    it("keeps what can't be undone, of all its runs, each once", async () => {
        const declares = (...reasons: string[]) => ({
            command: ["sh", "-c", reasons.map((reason) => `echo 'berth:irreversible ${reason}'`).join(";")],
        });
        const job = jobs.of("", { ...declares("a is gone"), imageName: "shop:1" });
        const first = await jobs.create(job);
        const a = { image: "shop:1", reason: "a is gone" };
        expect(first.irreversible).toEqual([a]);
        const second = await jobs.update(job, first, {
            ...declares("b is gone", "b is gone"),
            imageName: "shop:2",
        });
        const b = { image: "shop:2", reason: "b is gone" };
        expect(second.irreversible).toEqual([a, b]);
        expect((await jobs.update(job, second, declares())).irreversible).toEqual([a, b]);
    });
});

describe("a job's secrets", () => {
    const URL = "postgres://shop:p%40ss-word@db:5432/shop";
    const env = { DATABASE_URL: secret(URL), MODE: "production" };

    it("are in no line that it writes, and only they are left out", async () => {
        const job = jobs.of(
            'echo "$DATABASE_URL in $MODE"; echo "p@ss-word"; echo berth:irreversible "$DATABASE_URL"',
            {
                env,
            },
        );
        const { env: kept, irreversible } = await jobs.create(job);
        expect(jobs.engine.lines).toEqual([
            "[secret] in production",
            "[secret]",
            "berth:irreversible [secret]",
        ]);
        expect(kept).toEqual(env);
        expect(irreversible).toEqual([{ image: "shop:1", reason: "[secret]" }]);
    });

    it("are not in what it fails with, either, and are not told by halves", async () => {
        const job = jobs.of("node -e 'console.log(\"x\".repeat(1995) + process.env.DATABASE_URL)'; exit 1", {
            env,
        });
        const message = await jobs.failure(job);
        expect(message).toContain(`  | ${"x".repeat(1995)}[secr […]`);
        expect(message).not.toContain("postg");
    });
});

describe("a job that fails", () => {
    it("tells its exit code and its last 50 lines", async () => {
        const job = jobs.of("i=0; while [ $i -lt 120 ]; do i=$((i + 1)); echo line-$i; done; exit 3");
        const lines = Array.from({ length: 50 }, (_, index) => `  | line-${index + 71}`);
        expect((await jobs.failure(job)).split("\n")).toEqual([
            `${job.name} exited with code 3`,
            ran(job),
            "The last lines of its output:",
            ...lines,
        ]);
        expect(jobs.engine.lines).toHaveLength(120);
    });

    it("may have written nothing", async () => {
        const job = jobs.of("exit 4");
        expect(await jobs.failure(job)).toBe(
            `${job.name} exited with code 4\n${ran(job)}\nIt wrote nothing.`,
        );
    });

    it("fails when it runs out of its memory", async () => {
        const script = "const kept = []; for (;;) kept.push(Buffer.alloc(1024 * 1024, 1))";
        const job = jobs.of("", { command: ["node", "-e", script], limits: { memoryMb: 64 } });
        expect(await jobs.failure(job)).toMatch(
            new RegExp(`^${job.name} (ran out of its memory|exited with code 137: .*) of 64 MiB`),
        );
    });

    it("is stopped when its time is over, and leaves nothing that looks like a success", async () => {
        const job = jobs.of("trap 'echo ending; exit 0' TERM; echo started; while :; do sleep 0.1; done", {
            timeoutSeconds: 1,
        });
        expect(await jobs.failure(job)).toBe(
            `${job.name} did not end within 1 s\n${ran(job)}\nThe last lines of its output:\n  | started\n  | ending`,
        );
        expect(await jobs.namesOf(job)).toEqual([]);
    });

    it("is stopped when the update is cancelled", async () => {
        const own = await Jobs.start("job-cancel");
        const job = own.of("echo started; sleep 3600");
        const failed = own.failure(job);
        await own.engine.hears("started");
        await own.provider.cancel();
        expect(await failed).toBe(
            `${job.name} was stopped: the update was cancelled\n${ran(job)}\nThe last lines of its output:\n  | started`,
        );
        expect(await own.namesOf(job)).toEqual([]);
        await own.removeAll();
    });

    it("fails when somebody removes its container", async () => {
        const job = jobs.of("echo started; sleep 3600");
        const failed = jobs.failure(job);
        await jobs.engine.hears("started");
        await jobs.containers.docker.getContainer(job.name).remove({ force: true });
        expect(await failed).toMatch(
            new RegExp(`^${job.name} (was removed while it ran|exited with code 137)\n`),
        );
    });
});

describe("a job that can't start", () => {
    const toRun = (job: ScriptedJob, image = "shop:1") =>
        `It was to run \`${(job.command as string[]).join(" ")}\` in ${image}. ${AGAIN}`;

    it.each([[{}], [{ user: "0" }], [{ user: "root" }]])("is refused as root: %j", async (user) => {
        const job = jobs.of("echo never", { ...user, refuseRoot: true });
        expect(await jobs.failure(job)).toBe(
            `${job.name} would run as root: give the image a USER, or the app a \`user\` that it can run as\n${toRun(job)}`,
        );
        expect(await jobs.namesOf(job)).toEqual([]);
    });

    it("says which image is missing", async () => {
        const job = jobs.of("true", { image: "berth-no-such:1" });
        expect(await jobs.failure(job)).toBe(
            `${job.name} could not be made: the engine has no image berth-no-such:1\n${toRun(job)}`,
        );
    });

    it.each([
        ["a user that is not there", { user: "berth-no-such" }, /could not be started: .*berth-no-such/],
        [
            "a network that is not there",
            { networks: ["berth-no-such"] },
            /could not be (made|started): .*berth-no-such/,
        ],
        [
            "a folder that is not there",
            { volumes: [{ hostPath: "/berth-no-such", containerPath: "/data" }] },
            /could not be made: .*berth-no-such/,
        ],
    ])("names %s, and leaves nothing behind", async (_, more, message) => {
        const job = jobs.of("true", more);
        expect(await jobs.failure(job)).toMatch(message);
        expect(await jobs.namesOf(job)).toEqual([]);
    });
});

describe("a job that is deleted", () => {
    it("is gone with its container, and may be gone before", async () => {
        const job = jobs.of("true");
        const state = await jobs.create(job);
        expect(await jobs.namesOf(job)).toEqual([job.name]);
        await jobs.provider.delete(JOB, job.name, state);
        expect(await jobs.namesOf(job)).toEqual([]);
        await jobs.provider.delete(JOB, job.name, state);
    });
});
