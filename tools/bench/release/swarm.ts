import Docker from "dockerode";
import { ArmBench, NotHere } from "./arm";

/** A network that the engine makes when it joins a swarm, and does not take away again. */
const GATEWAY = "docker_gwbridge";

interface SwarmInfo {
    readonly Swarm: { readonly LocalNodeState: string };
    readonly LiveRestoreEnabled: boolean;
}

/** Makes the engine a swarm of its own, that nobody else can join; gives what leaves it again. */
export async function joinSwarm({ docker, labels }: ArmBench): Promise<() => Promise<void>> {
    const { Swarm, LiveRestoreEnabled } = (await docker.info()) as SwarmInfo;
    if (LiveRestoreEnabled) {
        throw new NotHere("the engine has live-restore on, which excludes Swarm");
    }
    if (Swarm.LocalNodeState !== "inactive") {
        throw new NotHere(`the engine is in a swarm already (${Swarm.LocalNodeState}), which is left alone`);
    }
    await refuseNeighbours(docker);
    const hadGateway = await networkExists(docker, GATEWAY);
    try {
        await docker.swarmInit({
            ListenAddr: "127.0.0.1:2377",
            AdvertiseAddr: "127.0.0.1",
            Spec: { Labels: { ...labels.all } },
        });
    } catch (error) {
        throw new NotHere(`the engine makes no swarm: ${(error as Error).message}`);
    }
    return async () => {
        await docker.swarmLeave({ force: true });
        if (!hadGateway) {
            await docker
                .getNetwork(GATEWAY)
                .remove()
                .catch(() => undefined);
        }
    };
}

/** Leaves a swarm that a run has made which was killed; nobody else's. */
export async function leaveOwnSwarm(docker: Docker, label: string): Promise<void> {
    const { Swarm } = (await docker.info()) as SwarmInfo;
    if (Swarm.LocalNodeState !== "active") {
        return;
    }
    const { Spec } = (await docker.swarmInspect()) as { Spec: { Labels?: Record<string, string> | null } };
    if (Spec.Labels?.[label] !== undefined) {
        await docker.swarmLeave({ force: true });
        await docker
            .getNetwork(GATEWAY)
            .remove()
            .catch(() => undefined);
    }
}

/** An engine that leaves a swarm forgets the names by which the containers on all its networks find each other. */
async function refuseNeighbours(docker: Docker): Promise<void> {
    const others = await docker.listContainers();
    if (others.length > 0) {
        throw new NotHere(
            `${others.length} other containers run on the engine, which forgets their names in its networks when it ` +
                "leaves a swarm: stop them first",
        );
    }
}

async function networkExists(docker: Docker, name: string): Promise<boolean> {
    const found = await docker.listNetworks({ filters: { name: [name] } });
    return found.some(({ Name }) => Name === name);
}
