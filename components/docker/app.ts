import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { httpTest } from "../../lib/healthcheck";
import { refuse } from "../../lib/problems";
import { describeRoute } from "../../lib/routes";
import { Ready, Route, SecretVolume } from "../../providers/sdk";
import { App as RunningApp, AppArgs, BuildArgs, HealthCheckArgs } from "../platform";
import { validateApp } from "./appArgs";
import { COMMON, CONTAINER_OPTIONS, envList, limitsOf } from "./container";
import { createDataVolume } from "./dataVolume";
import { labelList, labelsOf, Placement } from "./engine";

const DEFAULT_READY_TIMEOUT_SECONDS = 120;
const DEFAULT_STOP_GRACE_SECONDS = 10;

/**
 * An app on a Docker engine. A change of its image, command, environment or mounts is a release: new containers start
 * beside the old ones, each has to answer, then the route moves, and only then the old ones stop.
 */
export class App extends pulumi.ComponentResource implements RunningApp {
    readonly urls: pulumi.Output<string[]>;
    readonly internalUrl: pulumi.Output<string> | undefined;
    readonly containers: pulumi.Output<string[]>;

    constructor(
        private readonly name: string,
        private readonly args: AppArgs,
        private readonly placement: Placement,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("berth:index:App", name, {}, opts);
        refuse(`App "${name}"`, validateApp(args));

        const image = this.createImage();
        const mounts = this.createMounts(image);
        const containers = replicasOf(args).map((replica) => this.createContainer(replica, image, mounts));
        const ready = containers.map((container, index) => this.waitFor(container, index + 1));
        const routed = this.createRoute(containers, ready);

        const running = pulumi.all([pulumi.all(containers.map(({ name: each }) => each)), routed]);
        this.containers = running.apply(([names]) => names);
        this.urls = running.apply(() => this.publicUrls());
        this.internalUrl =
            args.port === undefined ? undefined : running.apply(() => `http://${name}:${args.port ?? ""}`);
        this.registerOutputs({ urls: this.urls, containers: this.containers });
    }

    private createImage(): docker.RemoteImage {
        const { engine } = this.placement;
        const { image, build, registry } = this.args;
        const provider = registry && engine.dockerWith(`${this.name}-registry`, registry);
        return new docker.RemoteImage(
            `${this.name}-image`,
            build === undefined
                ? { name: image ?? "", keepLocally: true }
                : buildOf(`${engine.prefix}-${this.name}`, build),
            { parent: this, provider },
        );
    }

    private createMounts(image: docker.RemoteImage): docker.types.input.ContainerVolume[] {
        const mounts = (this.args.volumes ?? []).map(({ volume, hostPath, containerPath, readOnly }) => ({
            ...(volume === undefined ? { hostPath } : { volumeName: this.dataVolume(volume, image).name }),
            containerPath,
            readOnly,
        }));
        if (this.args.secretFiles === undefined) {
            return mounts;
        }
        const secrets = new SecretVolume(
            `${this.name}-secrets`,
            {
                prefix: `${this.placement.engine.prefix}-${this.name}-secrets`,
                image: image.imageId,
                user: this.args.user,
                files: this.args.secretFiles,
                labels: this.labels(),
            },
            { parent: this },
        );
        return [...mounts, { volumeName: secrets.volume, containerPath: "/run/secrets", readOnly: true }];
    }

    private dataVolume(volume: string, image: docker.RemoteImage): docker.Volume {
        const user = this.args.user;
        return createDataVolume(
            `${this.name}-${volume}-data`,
            { image: image.imageId, user },
            this.placement,
            this,
            this.name,
        );
    }

    private createContainer(
        replica: number,
        image: docker.RemoteImage,
        volumes: docker.types.input.ContainerVolume[],
    ): docker.Container {
        const { args, placement } = this;
        return new docker.Container(
            `${this.name}-${replica}`,
            {
                ...COMMON,
                ...(args.readOnlyRoot === false && { readOnly: false, tmpfs: undefined }),
                ...limitsOf(args.limits),
                image: image.imageId,
                command: args.command,
                envs: envList({ ...args.env, ...secretsOf(args) }),
                labels: labelList(this.labels()),
                user: args.user,
                volumes,
                networksAdvanced: [
                    { name: placement.edgeNetwork },
                    { name: placement.dataNetwork, aliases: [this.name] },
                ],
                healthcheck: healthcheckOf(args),
                destroyGraceSeconds: args.stopGraceSeconds ?? DEFAULT_STOP_GRACE_SECONDS,
            },
            pulumi.mergeOptions(CONTAINER_OPTIONS, { parent: this, deleteBeforeReplace: false }),
        );
    }

    private waitFor(container: docker.Container, replica: number): Ready {
        const { port, health, readyTimeoutSeconds } = this.args;
        const url = health?.path && pulumi.interpolate`http://${container.name}:${port ?? ""}${health.path}`;
        return new Ready(
            `${this.name}-${replica}-ready`,
            {
                container: container.id,
                timeoutSeconds: readyTimeoutSeconds ?? DEFAULT_READY_TIMEOUT_SECONDS,
                refuseRoot: true,
                ...(url === undefined
                    ? { command: health?.command }
                    : { url, from: this.placement.router.container }),
            },
            { parent: this },
        );
    }

    /** The id of the route, once it is live; nothing for an app without routes. */
    private createRoute(containers: docker.Container[], ready: Ready[]): pulumi.Output<string | undefined> {
        const { routes = [], port, health, without, requestsPerMinute } = this.args;
        if (routes.length === 0) {
            return pulumi.all(ready.map(({ id }) => id)).apply(() => undefined);
        }
        return new Route(
            `${this.name}-route`,
            {
                router: this.placement.router.container,
                app: this.name,
                routes: routes.map((route) => this.placement.router.wayIn(route)),
                servers: containers.map(
                    (container) => pulumi.interpolate`http://${container.name}:${port ?? ""}`,
                ),
                healthPath: health?.path,
                without,
                requestsPerMinute,
            },
            { parent: this, dependsOn: [...ready, ...this.placement.router.requires] },
        ).id;
    }

    private publicUrls(): string[] {
        return (this.args.routes ?? []).map(
            (route) =>
                this.placement.router.urlOf(route.host) + describeRoute(route).slice(route.host.length),
        );
    }

    private labels(): Record<string, string> {
        return labelsOf(this.placement, this.name);
    }
}

function buildOf(
    name: string,
    { version, context, dockerfile, target, args }: BuildArgs,
): docker.RemoteImageArgs {
    return {
        name: pulumi.interpolate`${name}:${version}`,
        build: { context, dockerfile, target, buildArgs: args },
        triggers: { version },
        keepLocally: true,
    };
}

function replicasOf({ replicas = 1 }: AppArgs): number[] {
    return Array.from({ length: replicas }, (_, index) => index + 1);
}

function secretsOf({ secrets = {} }: AppArgs): Record<string, pulumi.Output<string>> {
    return Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, pulumi.secret(value)]));
}

/** Defaults are those of connected-repo's and korczewski's own checks. */
function healthcheckOf({ health, port }: AppArgs): docker.types.input.ContainerHealthcheck | undefined {
    if (health === undefined) {
        return undefined;
    }
    const { intervalSeconds = 30, timeoutSeconds = 10, startPeriodSeconds = 40, retries = 3 } = health;
    return {
        tests: testOf(health, port ?? 0, timeoutSeconds),
        interval: `${intervalSeconds}s`,
        timeout: `${timeoutSeconds}s`,
        startPeriod: `${startPeriodSeconds}s`,
        retries,
    };
}

function testOf({ path, command = [] }: HealthCheckArgs, port: number, timeoutSeconds: number): string[] {
    return path === undefined ? ["CMD", ...command] : httpTest(port, path, timeoutSeconds);
}
