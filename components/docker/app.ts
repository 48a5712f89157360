import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { refuse } from "../../lib/problems";
import { describeRoute } from "../../lib/routes";
import { Job, Ready, Route, SecretVolume } from "../../providers/sdk";
import { App as RunningApp, AppArgs, BuildArgs } from "../platform";
import { validateApp } from "./appArgs";
import { COMMON, containerLabels, CONTAINER_OPTIONS, envList, limitsOf, stopsWithin } from "./container";
import { createDataVolume } from "./dataVolume";
import { labelsOf, Placement } from "./engine";
import { healthcheckOf } from "./healthcheck";

const DEFAULT_READY_TIMEOUT_SECONDS = 120;
const DEFAULT_RELEASE_TIMEOUT_SECONDS = 300;
const DEFAULT_STOP_GRACE_SECONDS = 10;

/** How long a new container has to go on answering. One that nobody can ask only shows by its end that it is broken. */
const SETTLE_SECONDS = { asked: 1, unasked: 5 };

/** Settings of a container that the engine could change while it runs. For an app they are a release like any other. */
const RELEASED_LIMITS = ["cpus", "memory", "memorySwap"];

/** What is mounted into the containers of an app, its release command's included. */
interface Mount {
    readonly volumeName?: pulumi.Input<string>;
    readonly hostPath?: string;
    readonly containerPath: string;
    readonly readOnly?: boolean;
}

/**
 * An app on a Docker engine. A change of anything that its containers are made from is a release: its release command runs
 * with the new image, new containers start beside the old ones, each has to answer, the route moves, what is in flight on
 * the old ones ends, and only then they stop.
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
        const released = this.runRelease(image, mounts);
        const containers = replicasOf(args).map((replica) =>
            this.createContainer(replica, image, mounts, released),
        );
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

    private createMounts(image: docker.RemoteImage): Mount[] {
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

    private runRelease(image: docker.RemoteImage, volumes: Mount[]): pulumi.Resource[] {
        const { args, placement } = this;
        if (args.release === undefined) {
            return [];
        }
        const job = new Job(
            `${this.name}-release`,
            {
                name: `${placement.engine.prefix}-${this.name}-release`,
                image: image.imageId,
                imageName: image.name,
                command: args.release,
                env: { ...args.env, ...secretsOf(args) },
                user: args.user,
                refuseRoot: true,
                readOnlyRoot: args.readOnlyRoot,
                limits: args.limits,
                volumes,
                networks: [placement.edgeNetwork, placement.dataNetwork],
                labels: this.labels(),
                timeoutSeconds: args.releaseTimeoutSeconds ?? DEFAULT_RELEASE_TIMEOUT_SECONDS,
            },
            { parent: this },
        );
        return [job];
    }

    private createContainer(
        replica: number,
        image: docker.RemoteImage,
        volumes: Mount[],
        dependsOn: pulumi.Resource[],
    ): docker.Container {
        const { args, placement } = this;
        const name = `${this.name}-${replica}`;
        return new docker.Container(
            name,
            {
                ...COMMON,
                ...(args.readOnlyRoot === false && { readOnly: false, tmpfs: undefined }),
                ...limitsOf(args.limits),
                image: image.imageId,
                command: args.command,
                envs: envList({ ...args.env, ...secretsOf(args) }),
                labels: containerLabels(name, this.labels(), this),
                user: args.user,
                volumes,
                networksAdvanced: [
                    { name: placement.edgeNetwork },
                    { name: placement.dataNetwork, aliases: [this.name] },
                ],
                healthcheck: healthcheckOf(args),
                ...stopsWithin(args.stopGraceSeconds ?? DEFAULT_STOP_GRACE_SECONDS),
            },
            pulumi.mergeOptions(CONTAINER_OPTIONS, {
                parent: this,
                deleteBeforeReplace: false,
                replaceOnChanges: RELEASED_LIMITS,
                dependsOn,
            }),
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
                settleSeconds: health === undefined ? SETTLE_SECONDS.unasked : SETTLE_SECONDS.asked,
                refuseRoot: true,
                secrets: maskedOf(this.args),
                ...(url === undefined
                    ? { command: health?.command }
                    : { url, from: this.placement.router.container }),
            },
            { parent: this },
        );
    }

    /** The id of the route, once it is live; nothing for an app without routes. */
    private createRoute(containers: docker.Container[], ready: Ready[]): pulumi.Output<string | undefined> {
        const { routes = [], port, health, without, requestsPerMinute, drainSeconds } = this.args;
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
                drainSeconds,
                secrets: maskedOf(this.args),
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

/** What a container's log is not to show. A text that the program itself holds in clear is no secret. */
function maskedOf({ env = {}, secretFiles = {}, ...args }: AppArgs): pulumi.Input<string>[] | undefined {
    const texts = [
        ...Object.values(env).filter((value) => pulumi.Output.isInstance(value)),
        ...Object.values(secretsOf(args)),
        ...Object.values(secretFiles).map((content) => pulumi.secret(content)),
    ];
    return texts.length === 0 ? undefined : texts;
}
