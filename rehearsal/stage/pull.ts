import Docker from "dockerode";
import execa from "execa";
import { World } from "../../tools/setup/world";

/** The name under which this machine's engine has an image, pulled where that can be; undefined where it can't be had. */
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
    const { failed } = await execa("docker", ["pull", "--quiet", reference], { reject: false });
    return failed ? undefined : reference;
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
