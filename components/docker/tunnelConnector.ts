import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { checkNumber } from "../../lib/numbers";
import { refuse } from "../../lib/problems";
import { Ready, SecretVolume } from "../../providers/sdk";
import { COMMON, containerLabels, CONTAINER_OPTIONS, limitsOf, stopsWithin } from "./container";
import { Engine, labelsOf } from "./engine";
import { CONNECTOR_IMAGE } from "../images";

/** The end of a Cloudflare tunnel on an engine. */
export interface TunnelConnectorArgs {
    /** The tunnel's token. Handed over as a file that only the connector's user can read. A change is a release. */
    token: pulumi.Input<string>;
    /** How many connectors run side by side: one carries on while another is replaced. @default 2 */
    replicas?: number;
}

const DEFAULT_REPLICAS = 2;

/** The user of the official image. */
const USER = "65532:65532";
const LIMITS = { cpus: 0.5, memoryMb: 128 };
const READY_TIMEOUT_SECONDS = 120;

/** How long a connector finishes what is in flight after SIGTERM; cloudflared's own default is 30 s. */
const STOP_GRACE_SECONDS = 35;

const METRICS = ["--metrics", "127.0.0.1:2000"];
const READY = ["cloudflared", "tunnel", ...METRICS, "ready"];

/**
 * Containers of `cloudflared`, which dial Cloudflare's edge and hand every request to the router's way in for tunnels.
 * They share a network with the router and with nothing else; nothing dials them.
 */
export class TunnelConnector extends pulumi.ComponentResource {
    constructor(
        name: string,
        args: TunnelConnectorArgs,
        { engine, network }: { engine: Engine; network: pulumi.Input<string> },
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("berth:index:TunnelConnector", name, {}, opts);
        refuse(`TunnelConnector "${name}"`, checkNumber("args.replicas", args.replicas, { min: 1 }));
        const labels = labelsOf({ engine, system: "platform" }, name);
        const image = new docker.RemoteImage(
            `${name}-image`,
            { name: engine.imageOf(CONNECTOR_IMAGE), keepLocally: true },
            { parent: this },
        );
        const secrets = new SecretVolume(
            `${name}-secrets`,
            {
                prefix: `${engine.prefix}-${name}-secrets`,
                image: image.imageId,
                user: USER,
                files: { token: args.token },
                labels,
            },
            { parent: this },
        );
        for (let replica = 1; replica <= (args.replicas ?? DEFAULT_REPLICAS); replica += 1) {
            const container = new docker.Container(
                `${name}-${replica}`,
                {
                    ...COMMON,
                    ...limitsOf(LIMITS),
                    image: image.imageId,
                    user: USER,
                    command: [
                        "tunnel",
                        "--no-autoupdate",
                        ...METRICS,
                        "run",
                        "--token-file",
                        "/run/secrets/token",
                    ],
                    labels: containerLabels(`${name}-${replica}`, labels, this),
                    volumes: [{ volumeName: secrets.volume, containerPath: "/run/secrets", readOnly: true }],
                    networksAdvanced: [{ name: network }],
                    healthcheck: {
                        tests: ["CMD", ...READY],
                        interval: "30s",
                        timeout: "10s",
                        startPeriod: "30s",
                        retries: 3,
                    },
                    ...stopsWithin(STOP_GRACE_SECONDS),
                },
                pulumi.mergeOptions(CONTAINER_OPTIONS, { parent: this, deleteBeforeReplace: false }),
            );
            new Ready(
                `${name}-${replica}-ready`,
                {
                    container: container.id,
                    command: READY,
                    timeoutSeconds: READY_TIMEOUT_SECONDS,
                    secrets: [pulumi.secret(args.token)],
                },
                { parent: this },
            );
        }
        this.registerOutputs({});
    }
}
