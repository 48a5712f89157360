import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { backendFolder } from "../../tools/backend";
import { clearDeadLocks, holderOf, Lock, readLocks } from "../../tools/recovery/locks";
import { startOf } from "../../tools/recovery/processes";
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

test.each([
    ["no such process", "here", "gone", "gone"],
    ["a process that was there before", "here", 99_000, "running"],
    ["a process that has only got the number again", "here", 103_000, "gone"],
    ["a process whose start nobody tells", "here", undefined, "running"],
    ["another host, whatever runs here", "there", "gone", "elsewhere"],
] as const)("%s", (_, hostname, started, holder) => {
    expect(holderOf({ ...lock, hostname }, "here", () => started)).toBe(holder);
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
    expect(startOf(child)).toBe("gone");
    const ended = once(parent, "exit");
    parent.kill("SIGKILL");
    await ended;
});

test("the start of a process is told in the time of the world", () => {
    const started = startOf(process.pid);
    const expected = Date.now() - process.uptime() * 1000;
    expect(Math.abs(Number(started) - expected)).toBeLessThan(2000);
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

test("half a lock of a run that died over it goes, one that is being written stays", () => {
    const [old, fresh] = [`${putLock()}.18d2f.tmp`, `${putLock()}.18d30.tmp`];
    for (const file of [old, fresh]) {
        fs.writeFileSync(file, "");
    }
    fs.utimesSync(old, new Date(0), new Date(0));
    expect(readLocks(backend, "dev")).toHaveLength(2);
    expect([fs.existsSync(old), fs.existsSync(fresh)]).toEqual([false, true]);
});

test("a stack that was never locked has no locks", () => {
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
