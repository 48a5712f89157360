import Docker from "dockerode";
import { failure } from "./apiError";
import { ImageRef } from "./wire";

/** Images by the references that machines name them by. */
export class Images {
    private readonly published = new Map<string, string>();

    constructor(private readonly docker: Docker) {}

    /** Makes an image of the engine known under another reference, as if it had been pushed to a registry there. */
    publish(reference: string, engineImage: string): void {
        this.published.set(reference, engineImage);
    }

    /** Finds an image on the engine, or pulls it there. */
    async resolve(reference: string): Promise<{ readonly engineImage: string; readonly imageRef: ImageRef }> {
        const name = this.published.get(reference) ?? shortName(reference);
        const found = (await this.inspect(name)) ?? (await this.pull(name, reference));
        // Labels may be missing altogether, whatever the types say.
        const { Labels } = found.Config as { Labels?: Record<string, string> | null };
        const [digest = found.Id] = found.RepoDigests.map((each) => each.replace(/^.*@/, ""));
        return { engineImage: found.Id, imageRef: { ...partsOf(reference), digest, labels: Labels ?? {} } };
    }

    private async inspect(name: string): Promise<Docker.ImageInspectInfo | undefined> {
        try {
            return await this.docker.getImage(name).inspect();
        } catch (error) {
            if ((error as { statusCode?: number }).statusCode === 404) {
                return undefined;
            }
            throw error;
        }
    }

    private async pull(name: string, reference: string): Promise<Docker.ImageInspectInfo> {
        try {
            const progress = await this.docker.pull(tagged(name));
            await new Promise<void>((resolve, reject) => {
                this.docker.modem.followProgress(progress, (error) =>
                    error === null ? resolve() : reject(error),
                );
            });
        } catch (error) {
            const cause = error instanceof Error ? error.message : String(error);
            throw failure(
                "invalid_argument",
                `failed to get manifest ${reference}: MANIFEST_UNKNOWN: manifest unknown (${cause})`,
            );
        }
        const pulled = await this.inspect(name);
        if (pulled === undefined) {
            throw failure("invalid_argument", `failed to get manifest ${reference}: MANIFEST_UNKNOWN`);
        }
        return pulled;
    }
}

/** The engine knows the images of Docker Hub without their registry. */
function shortName(reference: string): string {
    return reference.replace(/^(registry-1\.docker\.io|docker\.io|index\.docker\.io)\/(library\/)?/, "");
}

/** Without a tag the engine would pull every one. */
function tagged(name: string): string {
    return name.includes("@") || /:[^/]+$/.test(name) ? name : `${name}:latest`;
}

/** A reference in its parts; Docker Hub's has its registry left out. */
export function partsOf(reference: string): Pick<ImageRef, "registry" | "repository" | "tag"> {
    const [named = "", digest] = reference.split("@");
    const [, path = "", tag] = /^(.*?)(?::([^/:]+))?$/.exec(named) ?? [];
    const [first = "", ...rest] = path.split("/");
    const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
    const repository = hasRegistry ? rest.join("/") : path;
    return {
        registry: hasRegistry ? first : "registry-1.docker.io",
        repository: hasRegistry || repository.includes("/") ? repository : `library/${repository}`,
        tag: tag ?? (digest === undefined ? "latest" : undefined),
    };
}
