import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { withLock } from "../../tools/setup/lock";

let file: string;

beforeEach(() => {
    file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "berth-lock-")), "lock");
});

afterEach(() => {
    fs.rmSync(path.dirname(file), { recursive: true });
});

test("two actions under one lock never overlap", async () => {
    const events: string[] = [];
    const action = (name: string) => async () => {
        events.push(`${name} in`);
        await new Promise((resolve) => setTimeout(resolve, 50));
        events.push(`${name} out`);
    };
    const onWait = jest.fn();
    await Promise.all([withLock(file, action("a"), { onWait }), withLock(file, action("b"), { onWait })]);
    expect(events).toEqual(["a in", "a out", "b in", "b out"]);
    expect(onWait).toHaveBeenCalledWith(process.pid);
    expect(fs.readdirSync(path.dirname(file))).toEqual([]);
});

test("a lock whose owner is dead is cleared", async () => {
    const child = spawn("true");
    const pid = child.pid ?? 0;
    await new Promise((resolve) => child.on("exit", resolve));
    fs.writeFileSync(file, JSON.stringify({ pid, started: "1" }));
    expect(await withLock(file, () => Promise.resolve("done"))).toBe("done");
});

test("a process id that another program has got since does not keep the lock", async () => {
    fs.writeFileSync(file, JSON.stringify({ pid: process.pid, started: "1" }));
    expect(await withLock(file, () => Promise.resolve("done"))).toBe("done");
});

test("the lock is released when the action fails", async () => {
    await expect(withLock(file, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(fs.existsSync(file)).toBe(false);
});

test("waiting has an end, which names the owner", async () => {
    const held = withLock(file, () => new Promise((resolve) => setTimeout(resolve, 600)));
    await expect(withLock(file, () => Promise.resolve(), { timeoutMs: 100 })).rejects.toThrow(
        `process ${process.pid}`,
    );
    await held;
});
