import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { backendFolder } from "../../tools/backend";
import { clearDeadLocks, dropHalfLocks, holderOf, Lock, readLocks } from "../../tools/recovery/locks";
import { look, Seen } from "../../tools/recovery/processes";
import { projectRoot, stateFolder } from "../../tools/setup/paths";

let backend: string;
const said: string[] = [];
const say = (text: string) => said.push(text);

beforeEach(() => {
    backend = fs.mkdtempSync(path.join(os.tmpdir(), "berth-backend-"));
    said.length = 0;
});

afterEach(() => {
    fs.rmSync(backend, { recursive: true });
});

/** A lock just as Pulumi 3.256 writes it, with what it writes beside it. */
function putLock({
    pid = process.pid,
    hostname = os.hostname(),
    at = new Date(),
    stack = "dev",
} = {}): string {
    const folder = path.join(backend, ".pulumi/locks/organization/berth", stack);
    fs.mkdirSync(folder, { recursive: true });
    const file = path.join(
        folder,
        `${fs.readdirSync(folder).length}0f5ee1c-6d21-4f0c-9a8b-3d1cb8b3ad01.json`,
    );
    const timestamp = at.toISOString().replace("Z", "123456+00:00");
    fs.writeFileSync(file, JSON.stringify({ pid, username: "ann", hostname, timestamp }));
    fs.writeFileSync(`${file}.attrs`, "{}");
    return file;
}

async function deadProcess(): Promise<number> {
    const child = spawn("true");
    await once(child, "exit");
    return child.pid ?? 0;
}

const lock: Lock = { file: "", pid: 7, username: "ann", hostname: "here", taken: 100_000 };

test.each<[string, string, Seen, string]>([
    ["no such process", "here", "gone", "gone"],
    ["a run that was there before", "here", { started: 99_000, name: "pulumi" }, "running"],
    ["a program that has only got the number again", "here", { started: 103_000, name: "sh" }, "gone"],
    ["a run that looks younger than its lock", "here", { started: 103_000, name: "pulumi" }, "running"],
    ["a process whose start nobody tells", "here", { name: "sh" }, "running"],
    ["a process whose name nobody tells", "here", { started: 103_000 }, "running"],
    ["another host, whatever runs here", "there", "gone", "elsewhere"],
])("%s", (_, hostname, seen, holder) => {
    expect(holderOf({ ...lock, hostname }, "here", () => seen)).toBe(holder);
});

test("no step of the clock makes a run that lives look gone", () => {
    const moment = fc.integer({ min: 0, max: 4e12 });
    fc.assert(
        fc.property(moment, fc.nat(1e9), fc.integer({ min: -4e12, max: 4e12 }), (start, later, step) => {
            const seen = { started: start + step, name: "pulumi" };
            expect(holderOf({ ...lock, taken: start + later }, "here", () => seen)).toBe("running");
        }),
    );
});

test("without one, another program that has got the number is always told apart", () => {
    const moment = fc.integer({ min: 0, max: 4e12 });
    const names = fc.string({ maxLength: 15 }).filter((name) => !name.startsWith("pulumi"));
    fc.assert(
        fc.property(moment, fc.integer({ min: 2001, max: 1e9 }), names, (taken, later, name) => {
            const seen = { started: taken + later, name };
            expect(holderOf({ ...lock, taken }, "here", () => seen)).toBe("gone");
        }),
    );
});

test("a process that nobody has buried is gone", async () => {
    // A shell that becomes another program never asks how its child has ended.
    const parent = spawn("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"], {
        stdio: ["ignore", "pipe", "ignore"],
    });
    const [pid] = (await once(parent.stdout, "data")) as [Buffer];
    const child = Number(pid.toString());
    process.kill(child, "SIGKILL");
    while (!fs.readFileSync(`/proc/${child}/stat`, "utf8").includes(") Z ")) {
        await new Promise((resolve) => setImmediate(resolve));
    }
    expect(look(child)).toBe("gone");
    const ended = once(parent, "exit");
    parent.kill("SIGKILL");
    await ended;
});

test("the start of a process is told in the time of the world, with its program's name", () => {
    const seen = look(process.pid);
    const expected = Date.now() - process.uptime() * 1000;
    expect(seen).toEqual({ started: expect.any(Number) as number, name: expect.any(String) as string });
    // The world's time of its own boot would be hours off; a busy machine some seconds.
    expect(Math.abs((seen as { started: number }).started - expected)).toBeLessThan(30_000);
});

test("a program's name may hold anything", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "berth-name-"));
    const program = path.join(folder, "x) Z 1 (y");
    fs.symlinkSync("/bin/sh", program);
    const child = spawn(program, ["-c", "read _"], { stdio: ["pipe", "ignore", "ignore"] });
    try {
        await once(child, "spawn");
        expect(look(child.pid ?? 0)).toMatchObject({
            name: "x) Z 1 (y",
            started: expect.any(Number) as number,
        });
    } finally {
        child.kill("SIGKILL");
        fs.rmSync(folder, { recursive: true });
    }
});

test("the locks of runs that are gone are cleared, each with a word, and those of other stacks stay", async () => {
    const [one, two] = [putLock({ pid: await deadProcess() }), putLock({ at: new Date(0) })];
    const other = putLock({ pid: await deadProcess(), stack: "prod" });
    expect(clearDeadLocks(backend, "organization/berth/dev", say)).toHaveLength(2);
    expect([one, `${one}.attrs`, two, other].map((file) => fs.existsSync(file))).toEqual([
        false,
        false,
        false,
        true,
    ]);
    expect(said).toHaveLength(2);
    expect(said[1]).toBe(
        `  ✓ cleared the lock of a run that is gone: ann@${os.hostname()}, process ${process.pid}, since 1970-01-01T00:00:00.000Z`,
    );
});

test("with one run that lives no lock is touched, and the error says what to do", async () => {
    const files = [putLock({ pid: await deadProcess() }), putLock()];
    expect(() => clearDeadLocks(backend, "dev", say)).toThrow(
        new RegExp(
            `^The stack dev is locked, nothing was touched:\\n  ann@${os.hostname()}, process ${process.pid}, since .*\\n` +
                `  → Wait for it to end, or end it \\(kill ${process.pid}\\), and run this again\\.$`,
        ),
    );
    expect(files.every((file) => fs.existsSync(file))).toBe(true);
    expect(said).toEqual([]);
});

test("of another host's run nothing is known here", () => {
    putLock({ hostname: "ci-7", pid: 1 });
    expect(() => clearDeadLocks(backend, "dev", say)).toThrow(
        'Wait for it to end. If it is gone for sure, on ci-7: eval "$(npm run -s env)" && npx pulumi cancel --stack dev, then run this again.',
    );
});

test("half a lock of a run that died over it goes, however young; locks and those of other stacks stay", async () => {
    const [lock, other] = [putLock(), putLock({ stack: "prod" })];
    const [old, fresh, elsewhere] = [`${lock}.18d2f.tmp`, `${lock}.18d30.tmp`, `${other}.18d31.tmp`];
    for (const file of [old, fresh, elsewhere]) {
        fs.writeFileSync(file, "{");
    }
    fs.utimesSync(old, new Date(0), new Date(0));
    await dropHalfLocks(backend, "organization/berth/dev");
    expect([lock, `${lock}.attrs`, old, fresh, elsewhere].map((file) => fs.existsSync(file))).toEqual([
        true,
        true,
        false,
        false,
        true,
    ]);
});

test("one that is being written gets whole, and is a lock", async () => {
    const lock = putLock();
    const half = `${lock}.18d30.tmp`;
    fs.renameSync(lock, half);
    const dropping = dropHalfLocks(backend, "dev");
    fs.renameSync(half, lock);
    await dropping;
    expect(readLocks(backend, "dev")).toHaveLength(1);
});

test("a stack that was never locked has no locks", async () => {
    await dropHalfLocks(backend, "dev");
    expect(clearDeadLocks(backend, "dev", say)).toEqual([]);
});

test.each([
    [undefined, stateFolder],
    ["file:///srv/state", "/srv/state"],
    ["file:///srv/state?no_tmp_dir=true", "/srv/state"],
    ["file://./elsewhere", path.join(projectRoot, "elsewhere")],
    ["file://~/state", path.join(os.homedir(), "state")],
    ["s3://bucket", undefined],
    ["https://api.pulumi.com", undefined],
])("the backend %s", (url, folder) => {
    expect(backendFolder({ PULUMI_BACKEND_URL: url })).toBe(folder);
});
