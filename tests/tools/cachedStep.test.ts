import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { FileStep, hashFiles, isCurrent, makeStep, sameInputs } from "../../tools/setup/cachedStep";

let folder: string;
let made: number;
const before = process.env.BERTH_CACHE;

beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "berth-cache-"));
    process.env.BERTH_CACHE = folder;
    made = 0;
});

afterEach(() => {
    process.env.BERTH_CACHE = before;
    if (before === undefined) {
        delete process.env.BERTH_CACHE;
    }
    fs.rmSync(folder, { recursive: true });
});

const output = () => path.join(folder, "out");

function step(source: string | undefined = "a", make: () => void = () => undefined): FileStep {
    return {
        id: "sample",
        title: "Sample",
        inputs: () => Promise.resolve({ source }),
        outputs: [output()],
        needs: () => Promise.resolve([]),
        make: () => {
            made += 1;
            fs.writeFileSync(output(), "content");
            make();
            return Promise.resolve();
        },
    };
}

const note = () => undefined;

test("what was made is current, and what was never made is not", async () => {
    expect(await isCurrent(step())).toBe(false);
    await makeStep(step(), note);
    expect(await isCurrent(step())).toBe(true);
    expect(made).toBe(1);
});

test("other inputs make it stale; an input that is not known does not", async () => {
    await makeStep(step("a"), note);
    expect(await isCurrent(step("b"))).toBe(false);
    expect(await isCurrent({ ...step(), inputs: () => Promise.resolve({ source: undefined }) })).toBe(true);
});

test("a file that is gone, cut short or changed is noticed", async () => {
    await makeStep(step(), note);
    fs.writeFileSync(output(), "con");
    expect(await isCurrent(step())).toBe(false);
    await makeStep(step(), note);
    fs.writeFileSync(output(), "CONTENT");
    expect(await isCurrent(step())).toBe(false);
    fs.rmSync(output());
    expect(await isCurrent(step())).toBe(false);
});

test("a file that was only touched is still good", async () => {
    await makeStep(step(), note);
    fs.utimesSync(output(), new Date(), new Date(Date.now() + 60_000));
    expect(await isCurrent(step())).toBe(true);
});

test("a changed byte under the old size and time is found when all is read", async () => {
    await makeStep(step(), note);
    const { atime, mtime, mtimeMs } = fs.statSync(output());
    fs.writeFileSync(output(), "c0ntent");
    fs.utimesSync(output(), atime, mtime);
    // Times go through seconds as a floating number: the fast path needs the very same one.
    if (fs.statSync(output()).mtimeMs === mtimeMs) {
        expect(await isCurrent(step())).toBe(true);
    }
    expect(await isCurrent(step(), { hashAll: true })).toBe(false);
});

test("an interrupted step leaves nothing that would be trusted", async () => {
    await makeStep(step("a"), note);
    const fails = step("a", () => {
        throw new Error("cut");
    });
    await expect(makeStep(fails, note)).rejects.toThrow("cut");
    expect(await isCurrent(step("a"))).toBe(false);
});

test("half a stamp counts as none", async () => {
    await makeStep(step(), note);
    fs.writeFileSync(path.join(folder, "stamps/sample.json"), '{"inputs":{"source":"a"},');
    expect(await isCurrent(step())).toBe(false);
});

test("inputs are the same by name and value", () => {
    expect(sameInputs({ a: "1" }, { a: "1" })).toBe(true);
    expect(sameInputs({ a: "1" }, { a: "1", b: "2" })).toBe(false);
    expect(sameInputs({ a: "1", b: "2" }, { a: "1" })).toBe(false);
    expect(sameInputs({ a: "1", go: "go1.25" }, { a: "1", go: undefined })).toBe(true);
});

test("a folder's hash sees names, content and the right to execute", () => {
    const root = path.join(folder, "tree");
    fs.mkdirSync(path.join(root, "in"), { recursive: true });
    fs.writeFileSync(path.join(root, "in/a"), "1");
    const hashes = [hashFiles(root, ["in"])];
    fs.writeFileSync(path.join(root, "in/a"), "2");
    hashes.push(hashFiles(root, ["in"]));
    fs.chmodSync(path.join(root, "in/a"), 0o755);
    hashes.push(hashFiles(root, ["in"]));
    fs.renameSync(path.join(root, "in/a"), path.join(root, "in/b"));
    hashes.push(hashFiles(root, ["in"]));
    expect(new Set(hashes).size).toBe(4);
});
