import fs from "node:fs";
import os from "node:os";
import path from "node:path";
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
