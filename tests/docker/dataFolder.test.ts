import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import { Containers, exec } from "../support/containers";
import { eventsDuring, providerOnEngine } from "../support/onEngine";
import { ProviderClient, Values } from "../support/providerClient";

const FOLDER = "berth:index:DataFolder";
const POSTGRES = "postgres:16";

jest.setTimeout(60_000);
const containers = new Containers("folder");
const { docker } = containers;
const volumes: string[] = [];
/** Stands for the data disk of a host. */
let disk: string;
let provider: ProviderClient;

beforeAll(async () => {
    disk = mkdtempSync(join(tmpdir(), "berth-test-disk-"));
    provider = await providerOnEngine();
});

afterAll(async () => {
    await containers.removeAll();
    await Promise.all(volumes.map((name) => docker.getVolume(name).remove()));
    // What is in there belongs to others: only the engine may take it away.
    await onDisk("rm -rf /disk/*");
    await containers.removeAll();
    rmSync(disk, { recursive: true });
    provider.close();
});

/** Runs a script that sees the disk at /disk. */
async function onDisk(script: string): Promise<string> {
    const { code, output } = await containers.run(POSTGRES, {
        Entrypoint: ["sh", "-euc", script],
        HostConfig: { Binds: [`${disk}:/disk`] },
    });
    expect({ code, output }).toMatchObject({ code: 0 });
    return output.trim();
}

function inputsOf(name: string, more: Values = {}): Values {
    return { root: disk, name, image: POSTGRES, ...more };
}

describe("a folder for data", () => {
    it.each<[string, Values, string]>([
        ["by name", { user: "postgres" }, "999:999"],
        ["by number", { user: "65532:65533" }, "65532:65533"],
        ["root, which the image has for want of a user", {}, "0:0"],
    ])("is made for its user, %s, and for nobody else to read", async (_, more, owner) => {
        const name = `made-${owner.replace(":", "-")}`;
        const inputs = inputsOf(name, more);
        const path = `${disk}/${name}`;
        expect(await provider.create(FOLDER, inputs)).toEqual({ id: path, state: { ...inputs, path } });
        expect(await onDisk(`stat -c '%F %a %u:%g' /disk/${name}`)).toBe(`directory 700 ${owner}`);
    });

    it("is made for the user that the image itself has", async () => {
        const container = await containers.create(POSTGRES);
        const { Id: image } = (await container.commit({ changes: "USER postgres" })) as { Id: string };
        try {
            await provider.create(FOLDER, inputsOf("image-user", { image }));
            expect(await onDisk("stat -c %u:%g /disk/image-user")).toBe("999:999");
        } finally {
            await docker.getImage(image).remove({ force: true });
        }
    });

    it("is adopted with all that is in it, which is not touched, and outlives its deletion", async () => {
        await onDisk(`
            mkdir -p /disk/adopted/deep && cd /disk/adopted && echo precious > deep/file
            chmod 640 deep/file && chown 4321:1234 deep/file && touch -d @1000000000 deep/file deep`);
        const look =
            "cd /disk/adopted && find . -mindepth 1 -printf '%P %y %m %U:%G %T@\\n' && cat deep/file";
        const before = await onDisk(look);
        const inputs = inputsOf("adopted", { user: "postgres" });
        const { id, state } = await provider.create(FOLDER, inputs);
        expect(await onDisk(look)).toBe(before);
        expect(await onDisk("stat -c '%a %u:%g' /disk/adopted")).toBe("700 999:999");
        await provider.delete(FOLDER, id, state);
        expect(await onDisk(look)).toBe(before);
    });

    it("is refused by the engine where its disk is not there, and leaves no container behind", async () => {
        const root = `${disk}/not-mounted`;
        const events = await eventsDuring(containers, async () => {
            await expect(provider.create(FOLDER, inputsOf("lost", { root }))).rejects.toThrow(
                `bind source path does not exist: ${root}`,
            );
            expect(await onDisk("ls /disk")).not.toContain("not-mounted");
            await provider.create(FOLDER, inputsOf("found"));
        });
        const made = events.filter(({ Type, Action }) => Type === "container" && Action === "create");
        // The look at the disk and the helper that has made the folder, at least.
        expect(made.length).toBeGreaterThan(1);
        const left = await Promise.all(
            made.map(({ Actor }) =>
                docker
                    .getContainer(Actor.ID)
                    .inspect()
                    .catch(() => undefined),
            ),
        );
        // Every suite on the engine makes such helpers.
        const mounts = left
            .filter((each) => each?.Config.Entrypoint?.includes("never-started"))
            .flatMap((each) => each?.HostConfig.Mounts ?? []);
        expect(mounts.filter(({ Source }) => Source.startsWith(disk))).toEqual([]);
    });

    it.each([
        [{ user: "nobody-here" }, 'the image has no user "nobody-here": give its number instead'],
        [{ image: "berth-no-such-image:1" }, "No such image: berth-no-such-image:1"],
    ])("is not made by half: %j", async (more, message) => {
        await expect(provider.create(FOLDER, inputsOf("half", more))).rejects.toThrow(message);
        expect(await onDisk("ls /disk")).not.toContain("half");
    });
});

describe("a volume on such a folder", () => {
    async function volumeOn(device: string): Promise<string> {
        const name = containers.uniqueName();
        const DriverOpts = { type: "none", o: "bind", device };
        await docker.createVolume({ Name: name, Driver: "local", DriverOpts });
        volumes.push(name);
        return name;
    }

    function using(volume: string): Promise<Docker.Container> {
        return containers.create(POSTGRES, {
            User: "postgres",
            Entrypoint: ["sleep", "3600"],
            HostConfig: { Binds: [`${volume}:/data`], Init: true },
        });
    }

    it("lets a container write there, and start again with what it wrote", async () => {
        const { state } = await provider.create(FOLDER, inputsOf("used", { user: "postgres" }));
        const container = await using(await volumeOn(state.path as string));
        await container.start();
        expect(await exec(container, ["sh", "-c", "echo kept > /data/file"])).toEqual({
            code: 0,
            output: "",
        });
        await container.restart({ t: 0 });
        expect((await exec(container, ["cat", "/data/file"])).output).toBe("kept\n");
        expect(await onDisk("stat -c %U:%G /disk/used/file")).toBe("postgres:postgres");
    });

    it("keeps a container from starting empty when the disk is not there any more", async () => {
        const { state } = await provider.create(FOLDER, inputsOf("trap", { user: "postgres" }));
        const volume = await volumeOn(state.path as string);
        const container = await using(volume);
        await container.start();
        await container.stop({ t: 0 });
        await onDisk("mv /disk/trap /disk/elsewhere");
        await expect(container.start()).rejects.toThrow(
            /failed to mount local volume.*no such file or directory/,
        );
        const another = await using(volume);
        await expect(another.start()).rejects.toThrow(
            /failed to mount local volume.*no such file or directory/,
        );
        expect(await onDisk("ls /disk")).not.toContain("trap");
        await onDisk("mv /disk/elsewhere /disk/trap");
        await container.start();
        expect((await container.inspect()).State.Running).toBe(true);
    });
});
