import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { EDGE_IPV6 } from "../../lib/edge";
import { refuse } from "../../lib/problems";
import { Route } from "../../lib/routes";
import {
    API_PORT,
    CERTIFICATES_FOLDER,
    DNS_TOKEN_FILE,
    ENTRY_PORTS,
    renderSharedFile,
    RoutedRoute,
    RouterConfig,
    routerFlags,
    ROUTES_FOLDER,
    SHARED_FILE,
    SHARED_FOLDER,
} from "../../lib/traefik";
import { SecretVolume, Takeover } from "../../providers/sdk";
import { COMMON, containerLabels, CONTAINER_OPTIONS, limitsOf, publishOn, stopsWithin } from "./container";
import { createDataVolume } from "./dataVolume";
import { Engine, labelList, labelsOf } from "./engine";
import { ROUTER_IMAGE } from "../images";
import { RouterArgs, TlsArgs, tunnelSubnet, urlOf, validateRouter, wayIn } from "./routerArgs";

/** Where a router stands. */
export interface RouterPlacement {
    readonly engine: Engine;
    readonly edgeNetwork: pulumi.Input<string>;
    /** Whether that network has IPv6, as on a server of the stack's own. */
    readonly edgeIpv6: boolean;
    /** Network of the tunnel's connectors. */
    readonly tunnelNetwork?: pulumi.Input<string>;
}

const READY_TIMEOUT_SECONDS = 60;

/** Nobody's user: the official image has none of its own but root. */
const USER = "65532:65532";

/** Traefik with a dozen apps takes some 60 MiB; the rest is for many connections. */
const LIMITS = { cpus: 1, memoryMb: 256 };

/**
 * Traefik in front of all apps. It reads routes from files in a volume of its own, one file for one app, and never sees
 * Docker's socket, through which every secret could be read. Its API listens inside its own container only.
 */
export class Router extends pulumi.ComponentResource {
    /** Id of the container, known once the router answers. */
    readonly container: pulumi.Output<string>;
    /** What has to be there before a route goes live. */
    readonly requires: readonly pulumi.Resource[];

    constructor(
        private readonly name: string,
        private readonly args: RouterArgs,
        private readonly placement: RouterPlacement,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("berth:index:Router", name, {}, opts);
        refuse(`Router "${name}"`, validateRouter(args, placement.engine.dataRoot !== undefined));
        this.requires = args.requires ?? [];
        const image = new docker.RemoteImage(
            `${name}-image`,
            { name: placement.engine.imageOf(ROUTER_IMAGE), keepLocally: true },
            { parent: this },
        );
        const config = configOf(args);
        const volumes = this.createVolumes(image.imageId, config);
        const container = this.createContainer(image.imageId, config, volumes);
        const running = new Takeover(
            `${name}-running`,
            { container: container.id, command: PING, timeoutSeconds: READY_TIMEOUT_SECONDS },
            { parent: this },
        );
        this.container = pulumi.all([container.id, running.id]).apply(([id]) => id);
        this.registerOutputs({});
    }

    /** URL of a host as clients see it. */
    urlOf(host: string): string {
        return urlOf(this.args, host);
    }

    /** The way in that leads to a route. */
    wayIn(route: Route): RoutedRoute {
        return wayIn(this.args, route);
    }

    private createVolumes(
        image: pulumi.Output<string>,
        config: RouterConfig,
    ): docker.types.input.ContainerVolume[] {
        const { prefix } = this.placement.engine;
        const tls = this.args.listen?.tls;
        const routes = new docker.Volume(
            `${this.name}-routes`,
            { name: `${prefix}-${this.name}-routes`, labels: labelList(this.labels()) },
            { parent: this },
        );
        const shared = { [SHARED_FILE]: renderSharedFile(config) };
        return [
            { volumeName: routes.name, containerPath: ROUTES_FOLDER },
            // A volume for each content: the router reads this one when it starts.
            this.createFiles("config", image, shared, SHARED_FOLDER),
            ...(tls === undefined ? [] : this.createTlsVolumes(image, tls)),
        ];
    }

    private createTlsVolumes(
        image: pulumi.Output<string>,
        { cloudflareToken }: TlsArgs,
    ): docker.types.input.ContainerVolume[] {
        const certificates = createDataVolume(
            `${this.name}-certificates`,
            { image, user: USER },
            { engine: this.placement.engine, system: "platform" },
            this,
            this.name,
        );
        const token = cloudflareToken && { [DNS_TOKEN_FILE]: cloudflareToken };
        return [
            { volumeName: certificates.name, containerPath: CERTIFICATES_FOLDER },
            ...(token ? [this.createFiles("secrets", image, token, SECRETS_FOLDER)] : []),
        ];
    }

    private createFiles(
        role: string,
        image: pulumi.Output<string>,
        files: Record<string, pulumi.Input<string>>,
        containerPath: string,
    ): docker.types.input.ContainerVolume {
        const prefix = `${this.placement.engine.prefix}-${this.name}-${role}`;
        const volume = new SecretVolume(
            `${this.name}-${role}`,
            { prefix, image, user: USER, files, labels: this.labels() },
            { parent: this },
        );
        return { volumeName: volume.volume, containerPath, readOnly: true };
    }

    private createContainer(
        image: pulumi.Output<string>,
        config: RouterConfig,
        volumes: docker.types.input.ContainerVolume[],
    ): docker.Container {
        const { edgeNetwork, edgeIpv6, tunnelNetwork } = this.placement;
        const { listen } = this.args;
        const token = listen?.tls?.cloudflareToken !== undefined;
        // No name of its own: a new one is made beside the one before.
        return new docker.Container(
            this.name,
            {
                ...COMMON,
                ...limitsOf(LIMITS),
                // Two can't have the same ports: made in full, and started when the one before has stopped.
                start: false,
                mustRun: false,
                image,
                user: USER,
                command: routerFlags(config),
                envs: token ? [`CF_DNS_API_TOKEN_FILE=${SECRETS_FOLDER}/${DNS_TOKEN_FILE}`] : undefined,
                labels: containerLabels(this.name, this.labels(), this),
                volumes,
                networksAdvanced: [
                    { name: edgeNetwork, ...(edgeIpv6 && { ipv6Address: EDGE_IPV6.router }) },
                    ...(tunnelNetwork === undefined ? [] : [{ name: tunnelNetwork, aliases: [this.name] }]),
                ],
                ports: listen && portsOf(listen),
                healthcheck: {
                    tests: ["CMD", ...PING],
                    interval: "10s",
                    timeout: "5s",
                    startPeriod: "10s",
                    retries: 3,
                },
                ...stopsWithin(10),
            },
            pulumi.mergeOptions(CONTAINER_OPTIONS, { parent: this, deleteBeforeReplace: false }),
        );
    }

    private labels(): Record<string, string> {
        return labelsOf({ engine: this.placement.engine, system: "platform" }, this.name);
    }
}

// `timeout` and not wget's own -T, with which Debian's busybox crashes.
const PING = ["timeout", "2", "wget", "-q", "-O", "/dev/null", `http://127.0.0.1:${API_PORT}/ping`];

const SECRETS_FOLDER = "/run/secrets";

function configOf(args: RouterArgs): RouterConfig {
    const { email, server, wildcards = [] } = args.listen?.tls ?? {};
    return {
        logLevel: args.logLevel,
        acme: email === undefined ? undefined : { email, server, wildcards: wildcards.length > 0 },
        tunnelSubnet: tunnelSubnet(args),
    };
}

function portsOf({ address, httpPort, tls }: NonNullable<RouterArgs["listen"]>) {
    return [
        publishOn(address, ENTRY_PORTS.web, httpPort),
        ...(tls === undefined ? [] : [publishOn(address, ENTRY_PORTS.websecure, 443)]),
    ];
}
