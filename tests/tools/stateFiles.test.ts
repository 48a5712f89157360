import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { mendForLook } from "../../tools/recovery/machine";
import { mendStateFiles } from "../../tools/recovery/stateFiles";

let backend: string;
let folder: string;
const said: string[] = [];

beforeEach(() => {
    backend = fs.mkdtempSync(path.join(os.tmpdir(), "berth-backend-"));
    folder = path.join(backend, ".pulumi/stacks/berth");
    fs.mkdirSync(folder, { recursive: true });
    said.length = 0;
});

afterEach(() => {
    fs.rmSync(backend, { recursive: true });
});

function put(name: string, content: string, changed = new Date()): void {
    fs.writeFileSync(path.join(folder, name), content);
    fs.utimesSync(path.join(folder, name), changed, changed);
}

const mend = () => {
    mendStateFiles(backend, "organization/berth/dev", (text) => said.push(text));
    return fs.readdirSync(folder).sort();
};

test.each(["", '{"user.cache_control":"","md5'])(
    "half a note beside the state goes, with a word: '%s'",
    (torn) => {
        put("dev.json", "{}");
        put("dev.json.attrs", torn);
        put("prod.json.attrs", torn);
        expect(mend()).toEqual(["dev.json", "prod.json.attrs"]);
        expect(said).toEqual([
            `  ✓ removed half a file that a run that is gone has left beside the state: ${folder}/dev.json.attrs`,
        ]);
    },
);

describe("before a look at the stack", () => {
    const before = process.env.PULUMI_BACKEND_URL;
    beforeEach(() => {
        process.env.PULUMI_BACKEND_URL = `file://${backend}`;
        put("dev.json", "{}");
        put("dev.json.attrs", "{");
    });
    afterEach(() => {
        if (before === undefined) {
            delete process.env.PULUMI_BACKEND_URL;
        } else {
            process.env.PULUMI_BACKEND_URL = before;
        }
    });

    function lock(pid: number): string {
        const locks = path.join(backend, ".pulumi/locks/organization/berth/dev");
        fs.mkdirSync(locks, { recursive: true });
        const holder = { pid, username: "ann", hostname: os.hostname(), timestamp: new Date().toISOString() };
        const file = path.join(locks, "0f5ee1c.json");
        fs.writeFileSync(file, JSON.stringify(holder));
        return file;
    }
    const look = () => {
        mendForLook("dev", (text) => said.push(text));
        return fs.readdirSync(folder).sort();
    };

    test("half a note goes, and the lock of a run that is gone stays for the next update", async () => {
        const child = spawn("true");
        await once(child, "exit");
        const file = lock(child.pid ?? 0);
        expect(look()).toEqual(["dev.json"]);
        expect(said).toHaveLength(1);
        expect(fs.existsSync(file)).toBe(true);
    });

    test("nothing is touched while somebody is at work", () => {
        lock(process.pid);
        expect(look()).toEqual(["dev.json", "dev.json.attrs"]);
        expect(said).toEqual([]);
    });

    test("nothing of a state that lies somewhere else", () => {
        process.env.PULUMI_BACKEND_URL = "s3://bucket";
        expect(look()).toEqual(["dev.json", "dev.json.attrs"]);
    });
});

test("a whole one stays, and nothing is said", () => {
    put("dev.json", "{}");
    put("dev.json.attrs", '{"md5":"VgP6wefmDV9BTIvE/IrpnQ=="}');
    expect(mend()).toEqual(["dev.json", "dev.json.attrs"]);
    expect(said).toEqual([]);
});

test("states that never got their name go when nobody can be at them any more", () => {
    put("dev.json.18ea2b934c1fca4a.tmp", "{", new Date(0));
    put("dev.json.18ea2b934c1fca4b.tmp", "{");
    put("dev2.json.18ea2b934c1fca4c.tmp", "{", new Date(0));
    put("dev.json.bak", "{}", new Date(0));
    expect(mend()).toEqual([
        "dev.json.18ea2b934c1fca4b.tmp",
        "dev.json.bak",
        "dev2.json.18ea2b934c1fca4c.tmp",
    ]);
});

test("a stack that is not there yet has nothing to mend", () => {
    fs.rmSync(folder, { recursive: true });
    mendStateFiles(backend, "dev", (text) => said.push(text));
    expect(said).toEqual([]);
});
