import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Docker from "dockerode";
import { CONNECTOR_IMAGE, ROUTER_IMAGE } from "../../components/images";
import { parseReference } from "../../lib/imageReference";
import { LOCK_FILE, parseLock } from "../../lib/images";
import { refuse } from "../../lib/problems";
import { World } from "../../tools/setup/world";
import { projectRoot } from "../../tools/setup/paths";
import { buildConnectorImage } from "../cloudflare/edge/connectorImage";
import { deriveTrusting } from "../images/trusting";
import { RehearsalRegistry } from "../registry";
import { findOrPull } from "./pull";
import { buildSampleImage, buildVariant, Variant } from "./sampleImage";

/** What the images of a rehearsed stack are made with. */
export interface ImagesArgs {
    readonly docker: Docker;
    readonly world: World;
    readonly registry: RehearsalRegistry;
    /** Where the lock file is written, from the project's root. */
    readonly lockFile: string;
    /** Authorities, in PEM, that the router trusts beside the usual ones. */
    readonly routerTrusts: readonly string[];
    /** The edge that the tunnel's connectors dial, and the authority of its certificate, in PEM. */
    readonly edge: { readonly address: string; readonly authority: string };
    /** Images that the stack sets for its apps. */
    readonly set: readonly string[];
    readonly say: (text: string) => void;
}

/** The images of a rehearsed stack, each in the registry that its servers pull from. */
export interface StageImages {
    /** What stands for an app's image: the stack's own one, or the sample app. */
    imageOf(set: string | undefined): string;
    /** Images of this machine's engine, by the references that the stack names them by. */
    readonly here: ReadonlyMap<string, string>;
    /** Another version of an image that the stack names; gives its reference. */
    variant(reference: string, variant: Variant): Promise<string>;
}

/**
 * Brings every image that the stack may name into the rehearsal's registry, and writes the lock file that names them by
 * their digests there. Of the router and the connector the images are their own with what outside is everyone's
 * knowledge on top: whom to trust, and where the edge is.
 */
export async function prepareImages(args: ImagesArgs): Promise<StageImages> {
    const { docker, world, registry, say } = args;
    const here = new Map<string, string>();
    const publish = async (image: string, name: string) => {
        const { repository, tag = "1.0.0" } = parseReference(name) ?? { repository: name };
        const pushed = await registry.push(docker, { image, repository, tag });
        const reference = pushed.replace(/^library\//, "");
        here.set(reference, image);
        return reference;
    };
    const locked: Record<string, string> = {};
    for (const [reference, pinned] of Object.entries(ownLock())) {
        const image = await variantOf(reference, pinned, args);
        if (image === undefined) {
            say(`  … ${reference} is not to be had here: a stack that needs it can't be rehearsed`);
        } else {
            locked[reference] = await publish(image, pinned.split("@")[0] ?? pinned);
        }
    }
    const file = join(projectRoot, args.lockFile);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify({ images: locked }, undefined, 2)}\n`);
    const sample = await publish(await buildSampleImage(), "berth-sample:1.0.0");
    const own = new Map<string, string>();
    for (const reference of new Set(args.set)) {
        const image = await findOrPull(docker, reference, world);
        if (image === undefined) {
            say(`  … ${reference} is not to be had here: the sample app stands in for it`);
        } else {
            own.set(
                reference,
                await publish(image, `own/${parseReference(reference)?.repository ?? "app"}:1.0.0`),
            );
        }
    }
    return {
        here,
        imageOf: (set) => (set === undefined ? undefined : own.get(set)) ?? sample,
        variant: async (reference, variant) => {
            const image = await buildVariant(here.get(reference) ?? reference, variant);
            return await publish(image, `berth-variant:${variant.version}.0.0`);
        },
    };
}

/** The project's own lock. */
function ownLock(): Readonly<Record<string, string>> {
    const { lock, problems } = parseLock(readFileSync(join(projectRoot, LOCK_FILE), "utf8"));
    refuse(LOCK_FILE, problems);
    return lock.images;
}

/** The image of this machine's engine that stands for a locked one; undefined where it can't be had. */
async function variantOf(
    reference: string,
    pinned: string,
    { docker, world, routerTrusts, edge }: ImagesArgs,
): Promise<string | undefined> {
    if (reference === CONNECTOR_IMAGE) {
        return await buildConnectorImage(docker, { world, from: pinned, ...edge });
    }
    // Where no registry can be reached set-up has made images under the names that the program has.
    const image = await findOrPull(docker, world === "online" ? pinned : reference, world);
    if (image === undefined || reference !== ROUTER_IMAGE) {
        return image;
    }
    const trusting = `${NAME}/router:latest`;
    await deriveTrusting(docker, { from: image, to: trusting, authorities: routerTrusts });
    return trusting;
}

/** First part of the names of images that a rehearsal makes on this machine's engine. */
export const NAME = "berth-rehearsal";
