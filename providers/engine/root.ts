import Docker from "dockerode";
import { getFile } from "./files";
import { findOwner } from "./owner";

/** What is wrong with a container that would run as root; its name goes before. */
export const AS_ROOT = "would run as root: give the image a USER, or the app a `user` that it can run as";

/** Whether a container is one of root's, running or not: by number, whatever name or spelling the image has for it. */
export async function runsAsRoot(
    docker: Docker,
    { Id, Config }: Docker.ContainerInspectInfo,
): Promise<boolean> {
    const { uid } = await findOwner(Config.User, (path) => getFile(docker, Id, path));
    return uid === 0;
}
