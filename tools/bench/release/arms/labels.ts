import { setTimeout as delay } from "node:timers/promises";
import Docker from "dockerode";
import { imageOf } from "../app/image";
import { Arm, ArmBench, RunningArm } from "../arm";
import { createNetwork, healthcheck, ROUTE_LABELS, startContainer, startLabelProxy } from "../engine";

const LOOK_MS = 100;
const PATIENCE_MS = 60_000;

/** What many tools do around Traefik: the new container beside the old one, and when it is healthy the old one stops. */
export const labels: Arm = {
    about: "Traefik with Docker labels: new container, wait until it is healthy, stop and remove the old one",
    command: false,
    drains: false,
    async start(bench) {
        const network = await createNetwork(bench);
        await startLabelProxy(bench, "docker", network);
        let current = await startApp(bench, network, 0);
        return {
            async release(version) {
                const next = await startApp(bench, network, version);
                await untilHealthy(next, bench.signal);
                await current.stop();
                await current.remove();
                current = next;
            },
        } satisfies RunningArm;
    },
};

async function startApp(bench: ArmBench, network: string, version: number): Promise<Docker.Container> {
    return startContainer(bench.docker, {
        name: `${bench.prefix}-app-${version}`,
        image: imageOf(version),
        labels: { ...bench.labels.app, ...ROUTE_LABELS },
        network,
        healthcheck: healthcheck(),
    });
}

async function untilHealthy(container: Docker.Container, signal: AbortSignal): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
        const { State } = await container.inspect();
        if (State.Health?.Status === "healthy") {
            return;
        }
        if (Date.now() > deadline || !State.Running) {
            throw new Error(`the new container did not get healthy (${State.Status})`);
        }
        await delay(LOOK_MS, undefined, { signal });
    }
}
