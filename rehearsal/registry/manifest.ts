import type Docker from "dockerode";
import { Blob } from "./blobs";

/** Of an image, by its schema's second version. */
export const MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json";

const CONFIG_TYPE = "application/vnd.docker.container.image.v1+json";
const LAYER_TYPE = "application/vnd.docker.image.rootfs.diff.tar";

/** Digests of an image's layers, uncompressed, the lowest first. */
export function layersOf({ RootFS }: Docker.ImageInspectInfo): readonly string[] {
    return RootFS.Layers ?? [];
}

/**
 * An image's configuration: how its containers are run, and of which layers. The engine gives its own one out only with all
 * layers behind it. This has the same settings, and no history.
 */
export function configOf(image: Docker.ImageInspectInfo): string {
    const { Architecture, Os, Created, Config } = image;
    return JSON.stringify({
        architecture: Architecture,
        os: Os,
        created: Created,
        config: Config,
        rootfs: { type: "layers", diff_ids: layersOf(image) },
    });
}

/** An image's manifest: the same bytes for the same parts. */
export function manifestOf(config: Blob, layers: readonly Blob[]): string {
    const described = (mediaType: string, { size, digest }: Blob) => ({ mediaType, size, digest });
    return JSON.stringify({
        schemaVersion: 2,
        mediaType: MANIFEST_TYPE,
        config: described(CONFIG_TYPE, config),
        layers: layers.map((layer) => described(LAYER_TYPE, layer)),
    });
}
