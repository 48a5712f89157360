import { Server } from "node:http";
import { AddressInfo } from "node:net";
import { join } from "node:path";
import type Docker from "dockerode";
import { closeServer } from "../loopback";
import { Blob, BlobStore } from "./blobs";
import { configOf, layersOf, manifestOf } from "./manifest";
import { NameStore } from "./names";
import { takeLayers } from "./saved";
import { registryServer } from "./server";

/** What a registry is started with. */
export interface RehearsalRegistryArgs {
    /** Address of this machine that servers reach it at. It listens on no other. */
    readonly address: string;
    /** @default any that is free */
    readonly port?: number;
    /** Folder for images. What is there already need not be pushed again. */
    readonly folder: string;
}

/** An image to push. */
export interface Push {
    /** Name or id of an image of the engine. */
    readonly image: string;
    /** Name at the registry: `library/postgres` for what servers call `postgres`. */
    readonly repository: string;
    readonly tag: string;
}

/** A registry that servers' engines pull through, as a mirror of Docker Hub. */
export class RehearsalRegistry {
    private constructor(
        /** As an engine's `--registry-mirror` names it. */
        readonly url: string,
        private readonly server: Server,
        private readonly blobs: BlobStore,
        private readonly names: NameStore,
    ) {}

    static async start({ address, port = 0, folder }: RehearsalRegistryArgs): Promise<RehearsalRegistry> {
        const blobs = new BlobStore(folder);
        await blobs.prune();
        const names = new NameStore(join(folder, "names"));
        const server = registryServer(blobs, names);
        await new Promise<void>((resolve, reject) => {
            server.once("error", reject).listen(port, address, resolve);
        });
        const { port: chosen } = server.address() as AddressInfo;
        return new RehearsalRegistry(`http://${address}:${chosen}`, server, blobs, names);
    }

    /**
     * Puts an image of an engine into the registry; gives the reference that names exactly this one. Layers that are here
     * are not asked for.
     */
    async push(docker: Docker, { image, repository, tag }: Push): Promise<string> {
        const inspected = await docker.getImage(image).inspect();
        const layers = await this.layers(docker, inspected);
        const config = await this.blobs.add(configOf(inspected));
        const manifest = await this.blobs.add(manifestOf(config, layers));
        this.names.set(repository, tag, manifest.digest);
        return `${repository}:${tag}@${manifest.digest}`;
    }

    async stop(): Promise<void> {
        await closeServer(this.server);
    }

    private async layers(docker: Docker, image: Docker.ImageInspectInfo): Promise<Blob[]> {
        const digests = layersOf(image);
        const missing = new Set<string>();
        for (const digest of digests) {
            if (!(await this.blobs.use(digest))) {
                missing.add(digest);
            }
        }
        if (missing.size > 0) {
            await takeLayers(await docker.getImage(image.Id).get(), missing, this.blobs);
        }
        return await Promise.all(digests.map((digest) => this.layer(digest)));
    }

    private async layer(digest: string): Promise<Blob> {
        const layer = await this.blobs.find(digest);
        if (layer === undefined) {
            throw new Error(`the engine saved an image without its layer ${digest}`);
        }
        return layer;
    }
}
