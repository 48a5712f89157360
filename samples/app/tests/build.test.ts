import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSample } from "../build";

let folder: string;

// A folder of its own: other tests run the bundle in samples/app/dist.
beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "berth-sample-"));
});

afterEach(async () => {
    await rm(folder, { recursive: true });
});

const modified = async (path: string) => (await stat(path, { bigint: true })).mtimeNs;

test("a second build touches nothing; a bundle that was cut short is made anew, byte for byte", async () => {
    expect(await buildSample(folder)).toBe(folder);
    const migrate = join(folder, "migrate.js");
    const made = await readFile(migrate);
    const time = await modified(migrate);

    await buildSample(folder);
    expect(await modified(migrate)).toBe(time);

    await writeFile(migrate, made.subarray(0, 100));
    await buildSample(folder);
    expect((await readFile(migrate)).equals(made)).toBe(true);
});

test("two builds at the same time give whole bundles, the same as one", async () => {
    const files = ["server.js", "migrate.js"];
    const read = () => Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
    await Promise.all([buildSample(folder), buildSample(folder)]);
    const both = await read();
    await rm(join(folder, ".stamp"));
    await buildSample(folder);
    expect(await read()).toEqual(both);
});

test("no path of the machine that built it is in a bundle", async () => {
    await buildSample(folder);
    const root = join(__dirname, "..", "..", "..");
    for (const file of ["server.js", "migrate.js"]) {
        expect(await readFile(join(folder, file), "utf8")).not.toContain(root);
    }
});
