import Docker from "dockerode";
import execa from "execa";
import { SetupError } from "../../tools/setup/errors";
import { World } from "../../tools/setup/world";

/**
 * The name under which this machine's engine has an image, pulled where that can be. Throws where it should be to be had and
 * is not; undefined where no registry can be reached.
 */
export async function findOrPull(
    docker: Docker,
    reference: string,
    world: World,
): Promise<string | undefined> {
    if (await isThere(docker, reference)) {
        return reference;
    }
    if (world === "air-gapped") {
        return undefined;
    }
    // The command knows the logins of whoever runs this, whatever keeps them.
    const { failed, stderr } = await execa("docker", ["pull", "--quiet", reference], { reject: false });
    if (failed) {
        throw new SetupError(
            `The image ${reference} can't be pulled: ${stderr.trim()}`,
            "See whether it is there, and log in to its registry: docker login.",
        );
    }
    return reference;
}

async function isThere(docker: Docker, reference: string): Promise<boolean> {
    try {
        await docker.getImage(reference).inspect();
        return true;
    } catch (error) {
        if ((error as { statusCode?: number }).statusCode === 404) {
            return false;
        }
        throw error;
    }
}
