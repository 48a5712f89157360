import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { Ready, SecretVolume } from "../../providers/sdk";
import { Problem } from "../../lib/problems";
import { LimitsArgs } from "../platform";
import { COMMON, containerLabels, CONTAINER_OPTIONS, limitsOf, publishOn, stopsWithin } from "./container";
import { createDataVolume } from "./dataVolume";
import { labelList, labelsOf, Placement } from "./engine";

/** What Postgres and Redis differ in. */
export interface DataServerArgs {
    readonly image: string;
    readonly port: number;
    readonly command?: string[];
    readonly env?: string[];
    /** Where the data lies in the container. */
    readonly dataPath: string;
    /** Content of the files below `/run/secrets`, by name, readable by `user` alone. */
    readonly secretFiles: Record<string, pulumi.Input<string>>;
    /** User of the image that the server runs as, from its first moment: nothing in the container is root. */
    readonly user: string;
    /** Folders in memory that the server writes to, beside its data. */
    readonly scratch?: readonly string[];
    /** Shell command that exits with 0 when the server takes connections. */
    readonly test: string;
    readonly publish?: number;
    readonly limits?: LimitsArgs;
    /** How long the server may take to stop: it writes its data down in that time. */
    readonly stopGraceSeconds: number;
}

/** How long a new server may take to make its first files. */
const READY_TIMEOUT_SECONDS = 120;

/** The parts of a running data server that others build on. */
export interface DataServer {
    readonly volume: docker.Volume;
    readonly container: docker.Container;
    readonly ready: Ready;
}

/**
 * A server in one container with a data volume and its secrets as files, on the system's internal network. One
 * container alone may use the volume, so it is stopped before its successor starts.
 */
export function createDataServer(
    name: string,
    args: DataServerArgs,
    placement: Placement,
    parent: pulumi.Resource,
): DataServer {
    const { engine } = placement;
    const labels = labelsOf(placement, name);
    const image = new docker.RemoteImage(
        `${name}-image`,
        { name: engine.imageOf(args.image), keepLocally: true },
        { parent },
    );
    const volume = createDataVolume(
        `${name}-data`,
        { image: image.imageId, user: args.user },
        placement,
        parent,
        name,
    );
    const secrets = new SecretVolume(
        `${name}-secrets`,
        {
            prefix: `${engine.prefix}-${name}-secrets`,
            image: image.imageId,
            user: args.user,
            files: args.secretFiles,
            labels,
        },
        { parent },
    );
    const publishing = args.publish === undefined ? undefined : publishingNetwork(name, placement, parent);
    const container = new docker.Container(
        name,
        {
            ...COMMON,
            ...limitsOf(args.limits),
            name: `${engine.prefix}-${name}`,
            image: image.imageId,
            user: args.user,
            tmpfs: Object.fromEntries(["/tmp", ...(args.scratch ?? [])].map((path) => [path, ""])),
            command: args.command,
            envs: args.env,
            labels: containerLabels(name, labels, parent),
            volumes: [
                { volumeName: volume.name, containerPath: args.dataPath },
                { volumeName: secrets.volume, containerPath: "/run/secrets", readOnly: true },
            ],
            networksAdvanced: [
                { name: placement.dataNetwork, aliases: [name] },
                ...(publishing ? [{ name: publishing.name }] : []),
            ],
            ports: args.publish === undefined ? undefined : [publishOn("127.0.0.1", args.port, args.publish)],
            healthcheck: {
                tests: ["CMD-SHELL", args.test],
                interval: "10s",
                timeout: "5s",
                startPeriod: "30s",
                retries: 3,
            },
            ...stopsWithin(args.stopGraceSeconds),
        },
        pulumi.mergeOptions(CONTAINER_OPTIONS, { parent, deleteBeforeReplace: true }),
    );
    const ready = new Ready(
        `${name}-ready`,
        {
            container: container.id,
            command: ["sh", "-c", args.test],
            timeoutSeconds: READY_TIMEOUT_SECONDS,
            secrets: Object.values(args.secretFiles).map((content) => pulumi.secret(content)),
        },
        { parent },
    );
    return { volume, container, ready };
}

/** Docker publishes no port of a container that is on internal networks alone. */
function publishingNetwork(name: string, placement: Placement, parent: pulumi.Resource): docker.Network {
    return new docker.Network(
        `${name}-publish`,
        {
            name: `${placement.engine.prefix}-${name}-publish`,
            driver: "bridge",
            labels: labelList(labelsOf(placement, name)),
        },
        { parent },
    );
}

/** Snapshots are a matter of Fly's volumes. */
export function checkNoSnapshot(snapshot: string | undefined): Problem[] {
    return snapshot === undefined
        ? []
        : [
              {
                  path: "args.snapshot",
                  message: "is not to be had on a Docker engine: it is one of a volume at Fly",
              },
          ];
}
