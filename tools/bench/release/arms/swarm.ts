import { setTimeout as delay } from "node:timers/promises";
import Docker from "dockerode";
import { imageOf } from "../app/image";
import { Arm, ArmBench, NotHere, RunningArm } from "../arm";
import { clean } from "../clean";
import { createNetwork, healthcheck, ROUTE_LABELS, startLabelProxy } from "../engine";
import { joinSwarm } from "../swarm";

const LOOK_MS = 200;
const PATIENCE_MS = 90_000;

/**
 * A service that Swarm updates start-first, with Traefik's Swarm provider in front. `dnsrr`, because a service's virtual
 * address takes IPVS, which not every kernel has. Traefik looks at the swarm every 15 seconds by default, and would send
 * requests to tasks that are gone for as long: here it looks every second, in Swarm's favour.
 */
export const swarm: Arm = {
    about: "a Swarm service with `--update-order start-first` and a health check; Traefik's Swarm provider in front",
    command: false,
    drains: true,
    async start(bench) {
        const leave = await joinSwarm(bench);
        try {
            const network = await createNetwork(bench, { driver: "overlay" });
            const service = await bench.docker.createService(specOf(bench, network, 0));
            await startLabelProxy(bench, "swarm", network, ["--providers.swarm.refreshSeconds=1"]);
            await untilRunning(bench, service);
            return {
                async release(version) {
                    const { Version } = (await service.inspect()) as { Version: { Index: number } };
                    await service.update({ version: Version.Index, ...specOf(bench, network, version) });
                    await untilUpdated(bench, service);
                },
                async stop() {
                    await service.remove();
                    // The network goes while there still is a swarm that it belongs to.
                    await clean(bench.docker, bench.labels.all);
                    await leave();
                },
            } satisfies RunningArm;
        } catch (error) {
            await leave();
            throw new NotHere(`this engine's swarm refuses: ${(error as Error).message}`);
        }
    },
};

function specOf(bench: ArmBench, network: string, version: number): Docker.CreateServiceOptions {
    return {
        Name: `${bench.prefix}-app`,
        Labels: { ...bench.labels.all, ...ROUTE_LABELS, "traefik.swarm.network": network },
        TaskTemplate: {
            ContainerSpec: {
                Image: imageOf(version),
                Labels: { ...bench.labels.app },
                HealthCheck: healthcheck(),
            },
            Networks: [{ Target: network }],
        },
        Mode: { Replicated: { Replicas: 1 } },
        UpdateConfig: { Parallelism: 1, Order: "start-first", FailureAction: "pause" },
        EndpointSpec: { Mode: "dnsrr" },
    };
}

/** Waits for the end of an update, as `docker service update` does. */
async function untilUpdated({ signal }: ArmBench, service: Docker.Service): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
        const { UpdateStatus } = (await service.inspect()) as {
            UpdateStatus?: { State?: string; Message?: string };
        };
        if (UpdateStatus?.State === "completed") {
            return;
        }
        if (UpdateStatus?.State === "paused" || Date.now() > deadline) {
            throw new Error(`the update did not end: ${UpdateStatus?.Message ?? "nothing was said"}`);
        }
        await delay(LOOK_MS, undefined, { signal });
    }
}

async function untilRunning({ docker, signal }: ArmBench, service: Docker.Service): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
        const tasks = (await docker.listTasks({ filters: { service: [service.id] } })) as {
            Status: { State: string; Err?: string };
        }[];
        if (tasks.some(({ Status }) => Status.State === "running")) {
            return;
        }
        const problem = tasks.find(({ Status }) => Status.Err !== undefined)?.Status.Err;
        if (problem !== undefined || Date.now() > deadline) {
            throw new NotHere(`no task of the service runs: ${problem ?? "nothing was said"}`);
        }
        await delay(LOOK_MS, undefined, { signal });
    }
}
