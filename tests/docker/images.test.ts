import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import tar from "tar-stream";
import { checkPinned, resolve } from "../../lib/images";
import { listImages } from "../../tools/images/list";
import { readLock } from "../../tools/images/lockFile";
import { updateLock } from "../../tools/images/update";
import { Containers } from "../support/containers";
import { Registry, startRegistry } from "../support/registry";

jest.setTimeout(60_000);
const { docker } = new Containers("images");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "berth-images-"));
const lockFile = path.join(folder, "lock.json");
let registry: Registry;
let name: string;

beforeAll(async () => {
    registry = await startRegistry();
    name = `${registry.address}/team/web`;
});

afterAll(async () => {
    await registry.stop();
    fs.rmSync(folder, { recursive: true });
});

/** Makes an image that is like no other, pushes it under a tag, and leaves nothing of it on the engine. */
async function push(tag: string, content: string): Promise<void> {
    const pack = tar.pack();
    pack.entry({ name: "content" }, content);
    pack.finalize();
    await text(await docker.importImage(Readable.from(pack), { repo: name, tag }));
    const image = docker.getImage(`${name}:${tag}`);
    const told = await text(await image.push({ authconfig: { username: "", password: "" } }));
    expect(told).toContain("digest: sha256:");
    await image.remove();
}

async function stateOf(tag: string): Promise<string | undefined> {
    const [image] = await listImages(docker, readLock(lockFile), [`${name}:${tag}`]);
    return image?.state;
}

test("a lock follows its registry only when it is told to, and what it names can be pulled", async () => {
    await push("1", "first");
    expect(await stateOf("1")).toBe("not in the lock");
    const [change] = await updateLock(docker, lockFile, [`${name}:1`]);
    const first = resolve(readLock(lockFile), `${name}:1`) ?? "";
    expect(change).toEqual({ reference: `${name}:1`, before: undefined, after: first });
    expect(first.startsWith(`${name}:1@sha256:`)).toBe(true);
    expect(checkPinned("image", first)).toEqual([]);
    expect(await stateOf("1")).toBe("current");

    await push("1", "second");
    expect(await stateOf("1")).toBe("another one at the registry");
    // What is locked is still the first one, whatever its tag has become.
    await text(await docker.pull(first));
    const pulled = docker.getImage(first);
    const { Id, RepoDigests } = await pulled.inspect();
    expect(RepoDigests).toEqual([first.replace(":1@", "@")]);
    await docker.getImage(Id).remove({ force: true });

    await updateLock(docker, lockFile, [`${name}:1`]);
    expect(resolve(readLock(lockFile), `${name}:1`)).not.toBe(first);
    expect(await stateOf("1")).toBe("current");
});

test("a tag that is not there, and then a registry that is not: both are told, and the lock stays", async () => {
    await push("2", "another");
    const before = fs.readFileSync(lockFile, "utf8");
    await expect(updateLock(docker, lockFile, [`${name}:2`, `${name}:3`, `${name}-none:1`])).rejects.toThrow(
        `Update of the images: 2 problems, nothing was touched.
  ${name}:3: the registry ${registry.address} has no such image
      Check name and tag at the registry.
  ${name}-none:1: the registry ${registry.address} has no such image`,
    );
    await registry.stop();
    await expect(updateLock(docker, lockFile, [`${name}:2`])).rejects.toThrow(
        `${name}:2: the registry ${registry.address} cannot be reached`,
    );
    expect(fs.readFileSync(lockFile, "utf8")).toBe(before);
});
