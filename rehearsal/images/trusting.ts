import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import { isConflict, isNotFound } from "../../providers/engine/connect";
import { getFile } from "../../providers/engine/files";
import { packContext } from "../../tools/setup/context";
import { follow } from "../../tools/setup/images";

/** An image that is to trust more than it does. */
export interface TrustingArgs {
    /** An image of the engine. */
    readonly from: string;
    /** Name and tag of the new one. An image that has no other name goes with it. */
    readonly to: string;
    /** Certificates of authorities, in PEM. */
    readonly authorities: readonly string[];
}

/** Where Debian, Alpine and what is made of them keep the authorities that they trust; Go's programs look there. */
const BUNDLE = "/etc/ssl/certs/ca-certificates.crt";

/**
 * Makes an image that trusts some authorities beside the usual ones, and is the same in all else. Nothing in the image
 * runs for that, so it may be one without a shell. Throws when it trusts nobody to begin with.
 */
export async function deriveTrusting(docker: Docker, { from, to, authorities }: TrustingArgs): Promise<void> {
    const usual = await bundleOf(docker, from);
    const before = await inspect(docker, to);
    const folder = mkdtempSync(join(tmpdir(), "berth-trusting-"));
    try {
        writeFileSync(join(folder, "Dockerfile"), `FROM ${from}\nCOPY bundle ${BUNDLE}\n`);
        writeFileSync(join(folder, "bundle"), [usual, ...authorities].map(withNewline).join(""));
        const context = ["Dockerfile", "bundle"].map((name) => ({
            from: join(folder, name),
            to: name,
            mode: 0o644,
        }));
        const stream = await docker.buildImage(packContext(context), { t: to, forcerm: true });
        await follow(docker, stream, `making ${to}, which is ${from} with authorities of a rehearsal,`);
        await removeNameless(docker, before?.Id);
    } finally {
        rmSync(folder, { recursive: true });
    }
}

/** Each rehearsal has authorities of its own: without this the images of all of them would stay. */
async function removeNameless(docker: Docker, id: string | undefined): Promise<void> {
    const image = id === undefined ? undefined : await inspect(docker, id);
    if (image?.RepoTags.length === 0) {
        // A container that still runs keeps it.
        await docker.getImage(image.Id).remove().catch(unlessConflict);
    }
}

async function inspect(docker: Docker, image: string): Promise<Docker.ImageInspectInfo | undefined> {
    try {
        return await docker.getImage(image).inspect();
    } catch (error) {
        if (isNotFound(error)) {
            return undefined;
        }
        throw error;
    }
}

function unlessConflict(error: unknown): void {
    if (!isConflict(error)) {
        throw error;
    }
}

async function bundleOf(docker: Docker, image: string): Promise<string> {
    // It never runs: its files can be read all the same.
    const container = await docker.createContainer({ Image: image, Cmd: ["true"] });
    try {
        const bundle = await getFile(docker, container.id, BUNDLE);
        if (bundle === undefined || bundle === "") {
            throw new Error(`the image ${image} has no file ${BUNDLE}`);
        }
        return bundle;
    } finally {
        await container.remove({ v: true });
    }
}

function withNewline(text: string): string {
    return `${text.trimEnd()}\n`;
}
