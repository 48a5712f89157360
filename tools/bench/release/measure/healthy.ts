import Docker from "dockerode";
import { eventsIn } from "../app/contract";

/** When a version's container gave its first good answer to a health check, by its own log. */
export async function healthyAt(
    docker: Docker,
    labels: readonly string[],
    version: number,
): Promise<number | undefined> {
    const found = await docker.listContainers({ filters: { label: [...labels] } });
    const logs = await Promise.all(found.map(({ Id }) => logOf(docker.getContainer(Id))));
    return logs.flatMap(eventsIn).find((each) => each.event === "healthy" && each.version === String(version))
        ?.at;
}

async function logOf(container: Docker.Container): Promise<string> {
    const log = await container.logs({ stdout: true, stderr: false, follow: false });
    return log.toString();
}
