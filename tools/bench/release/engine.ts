import Docker from "dockerode";
import { ROUTER_IMAGE } from "../../../components/images";
import { httpTest } from "../../../lib/healthcheck";
import { follow } from "../../setup/images";
import { HEALTH_PATH, HOST, PORT } from "./app/contract";
import { ARM_LABEL, ArmBench, CHECK, Labels, NotHere } from "./arm";

/** Where the engine's socket is mounted from: an engine elsewhere has none here. */
export function socketOf({ environment }: Pick<ArmBench, "environment">): string {
    const host =
        environment.variables.DOCKER_HOST ?? process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock";
    if (!host.startsWith("unix://")) {
        throw new NotHere(`the proxy reads the engine's socket, and the engine is at ${host}`);
    }
    return host.slice("unix://".length);
}

/**
 * Flags of a Traefik that reads labels, for the containers of one arm. It takes changes in as fast as our own router does: its
 * default is to do so at most every two seconds, and to lose more.
 */
export function labelFlags(provider: "docker" | "swarm", { labels }: Pick<ArmBench, "labels">): string[] {
    return [
        `--providers.${provider}=true`,
        `--providers.${provider}.exposedByDefault=false`,
        `--providers.${provider}.constraints=Label(\`${ARM_LABEL}\`,\`${labels.all[ARM_LABEL] ?? ""}\`)`,
        "--providers.providersThrottleDuration=100ms",
        "--entryPoints.web.address=:80",
        "--global.checkNewVersion=false",
        "--global.sendAnonymousUsage=false",
    ];
}

/** What Traefik's label provider is told of the app. */
export const ROUTE_LABELS: Labels = {
    "traefik.enable": "true",
    "traefik.http.routers.app.rule": `Host(\`${HOST}\`)`,
    "traefik.http.routers.app.entrypoints": "web",
    "traefik.http.services.app.loadbalancer.server.port": String(PORT),
};

/** The app's health check, in the engine's form. */
export function healthcheck(): Docker.ContainerCreateOptions["Healthcheck"] {
    const nanoseconds = (seconds: number) => seconds * 1e9;
    return {
        Test: httpTest(PORT, HEALTH_PATH, CHECK.timeoutSeconds),
        Interval: nanoseconds(CHECK.intervalSeconds),
        Timeout: nanoseconds(CHECK.timeoutSeconds),
        StartPeriod: nanoseconds(CHECK.startPeriodSeconds),
        Retries: CHECK.retries,
    };
}

/** Pulls an image that the engine does not have. */
export async function ensureImage(docker: Docker, reference: string): Promise<void> {
    try {
        await docker.getImage(reference).inspect();
    } catch {
        await follow(docker, await docker.pull(reference), `pulling ${reference}`);
    }
}

/** The arm's network. */
export async function createNetwork(bench: ArmBench, options: { driver?: string } = {}): Promise<string> {
    await bench.docker.createNetwork({
        Name: bench.prefix,
        Driver: options.driver ?? "bridge",
        Attachable: options.driver === "overlay",
        Labels: { ...bench.labels.all },
    });
    return bench.prefix;
}

/** What a container of an arm is made of. */
export interface Contents {
    readonly name: string;
    readonly image: string;
    readonly command?: readonly string[];
    readonly labels: Labels;
    readonly network: string;
    readonly healthcheck?: Docker.ContainerCreateOptions["Healthcheck"];
    readonly mounts?: readonly string[];
    /** Port of the container that the bench's port leads to. */
    readonly publish?: { readonly internal: number; readonly port: number };
}

/** Starts a container. */
export async function startContainer(docker: Docker, contents: Contents): Promise<Docker.Container> {
    const { name, image, command, labels, network, mounts = [], publish } = contents;
    const container = await docker.createContainer({
        name,
        Image: image,
        Cmd: command && [...command],
        Labels: { ...labels },
        Healthcheck: contents.healthcheck,
        ...(publish && { ExposedPorts: { [`${publish.internal}/tcp`]: {} } }),
        HostConfig: {
            NetworkMode: network,
            RestartPolicy: { Name: "unless-stopped" },
            Binds: [...mounts],
            ...(publish && {
                PortBindings: {
                    [`${publish.internal}/tcp`]: [{ HostIp: "127.0.0.1", HostPort: String(publish.port) }],
                },
            }),
        },
    });
    await container.start();
    return container;
}

/** Starts a Traefik that reads labels through the engine's socket. */
export async function startLabelProxy(
    bench: ArmBench,
    provider: "docker" | "swarm",
    network: string,
    more: readonly string[] = [],
): Promise<Docker.Container> {
    return startContainer(bench.docker, {
        name: `${bench.prefix}-proxy`,
        image: ROUTER_IMAGE,
        command: [...labelFlags(provider, bench), ...more],
        labels: bench.labels.all,
        network,
        mounts: [`${socketOf(bench)}:/var/run/docker.sock:ro`],
        publish: { internal: 80, port: bench.port },
    });
}
