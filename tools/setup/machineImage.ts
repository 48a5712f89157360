import fs from "node:fs";
import path from "node:path";
import { IMAGE_FOLDER, machineImage, PACKAGES, SUITE } from "../../rehearsal/machine/recipe";
import { debianSources, installPrograms } from "./apt";
import { FileStep, hashText } from "./cachedStep";
import { run } from "./command";
import { ContextEntry, packContext } from "./context";
import { Engine } from "./docker";
import { follow, tag } from "./images";
import { cacheFolder } from "./paths";
import { dpkgOptions, freshFolder, keepParts, part } from "./parts";
import { World } from "./world";

const ROOT = "machine-root.tar";

/** A Debian root with all that a server has, for where no base image can be pulled. */
export function machineRootStep(signal: AbortSignal): FileStep {
    return {
        id: "machine-root",
        title: `Debian ${SUITE} server root`,
        inputs: () =>
            Promise.resolve({
                recipe: hashText(JSON.stringify([SUITE, PACKAGES, dpkgOptions])),
                architecture: process.arch,
            }),
        outputs: [part(ROOT)],
        // The root, its archive, and the image on the engine's disk.
        needs: () => Promise.resolve([{ folder: cacheFolder(), mb: 2500 }]),
        make: async (note) => {
            await installPrograms([{ program: "mmdebstrap", package: "mmdebstrap" }], note);
            note("mmdebstrap");
            const scratch = freshFolder("machine-root");
            const sources = await debianSources(SUITE);
            const args = [
                "--variant=minbase",
                `--include=${PACKAGES.join(",")}`,
                ...dpkgOptions.map((option) => `--dpkgopt=${option}`),
                SUITE,
                path.join(scratch, ROOT),
                ...(sources === undefined ? [] : ["-"]),
            ];
            await run("mmdebstrap", args, {
                input: sources,
                signal,
                purpose: "making a server's Debian root",
            });
            keepParts(scratch, [ROOT]);
        },
    };
}

/** Whether an engine has the image of this recipe. */
export async function hasMachineImage(engine: Engine | undefined): Promise<boolean> {
    const found = await engine?.docker.listImages({ filters: { reference: [machineImage()] } });
    return found !== undefined && found.length > 0;
}

/** Builds the image: on the root that was made here, or on Debian's own image with packages from its archive. */
export async function buildMachineImage(
    engine: Engine,
    world: World,
    note: (text: string) => void,
): Promise<void> {
    note("building");
    if (world === "online") {
        await build(engine, { buildargs: { PACKAGES: PACKAGES.join(" ") } });
        return;
    }
    const base = `berth-machine-root:${process.pid}`;
    await importRoot(engine, base);
    try {
        // Everything is in the root and the context: a step that reached for the network would be a mistake.
        await build(engine, { buildargs: { BASE: base }, networkmode: "none" });
    } finally {
        // The name alone: what it named is part of the new image.
        await engine.docker.getImage(base).remove({ noprune: true });
    }
}

async function importRoot({ docker }: Engine, name: string): Promise<void> {
    const [repo, version] = name.split(":");
    const stream = await docker.importImage(fs.createReadStream(part(ROOT)), { repo, tag: version });
    await follow(docker, stream, "importing a server's Debian root");
}

async function build(
    { docker }: Engine,
    options: { buildargs: Record<string, string>; networkmode?: string },
): Promise<void> {
    // Under a name of this process first: a build that is cut short must not be found under the real one.
    const temporary = `berth-machine:building-${process.pid}`;
    const stream = await docker.buildImage(packContext(context()), {
        ...options,
        t: temporary,
        forcerm: true,
    });
    await follow(docker, stream, "building the image of a server");
    await tag(docker, temporary, machineImage());
    await docker.getImage(temporary).remove();
}

function context(): ContextEntry[] {
    return fs.readdirSync(IMAGE_FOLDER).map((name) => ({ from: path.join(IMAGE_FOLDER, name), to: name }));
}
