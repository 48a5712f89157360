import { createHash } from "node:crypto";
import Docker from "dockerode";

/** What runs to its end. */
export interface Job {
    /** Name of the container. */
    readonly name: string;
    readonly image: string;
    /** What messages call the image. @default `image` */
    readonly imageName?: string;
    readonly command: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly user?: string;
    readonly refuseRoot?: boolean;
    readonly networks: readonly string[];
    readonly volumes?: readonly JobVolume[];
    readonly readOnlyRoot?: boolean;
    readonly limits?: { readonly cpus?: number; readonly memoryMb?: number };
    readonly labels?: Readonly<Record<string, string>>;
    readonly timeoutSeconds: number;
}

/** A volume or a folder of the host. */
export interface JobVolume {
    readonly volumeName?: string;
    readonly hostPath?: string;
    readonly containerPath: string;
    readonly readOnly?: boolean;
}

/** Labels of ours: what was run, and the name of its image. */
const LABELS = { run: "berth.job", image: "berth.image" } as const;

/** The name that messages have for the image. */
export function imageOf({ image, imageName = image }: Job): string {
    return imageName;
}

/** The name of the image that a container was made from, as the messages of its time had it. */
export function imageOfContainer({ Config }: Docker.ContainerInspectInfo): string {
    return Config.Labels[LABELS.image] ?? Config.Image;
}

/**
 * Whether a container is one of this very run. The values of variables are compared, not hashed into the label: a label is
 * read by many more than may see a container's environment, and who knows its hash can guess a weak secret.
 */
export function isSameRun({ Config }: Docker.ContainerInspectInfo, job: Job): boolean {
    return (
        Config.Labels[LABELS.run] === runOf(job) && variables(job).every((each) => Config.Env.includes(each))
    );
}

function runOf({ image, command, env = {}, volumes = [] }: Job): string {
    const mounts = volumes.map(({ volumeName, hostPath, containerPath, readOnly = false }) => [
        volumeName ?? null,
        hostPath ?? null,
        containerPath,
        readOnly,
    ]);
    const text = JSON.stringify([image, command, Object.keys(env).sort(), mounts]);
    return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

function variables({ env = {} }: Job): string[] {
    return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

/**
 * The container of a run, on the first of its networks. Confined as all containers are, and started once: what became of
 * it is told by its exit code alone, so the image's own health check is left out.
 */
export function containerOf(job: Job): Docker.ContainerCreateOptions {
    const { name, image, command, user, networks, labels, readOnlyRoot = true, limits } = job;
    const memory = limits?.memoryMb === undefined ? undefined : limits.memoryMb * 1024 * 1024;
    return {
        name,
        Image: image,
        Cmd: [...command],
        Env: variables(job),
        User: user,
        Labels: { ...labels, [LABELS.run]: runOf(job), [LABELS.image]: imageOf(job) },
        Healthcheck: { Test: ["NONE"] },
        StopSignal: "SIGTERM",
        HostConfig: {
            // The first process of a container takes no signal that it has not asked for.
            Init: true,
            NetworkMode: networks[0],
            RestartPolicy: { Name: "no" },
            LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "3" } },
            CapDrop: ["ALL"],
            SecurityOpt: ["no-new-privileges:true"],
            ReadonlyRootfs: readOnlyRoot,
            ...(readOnlyRoot && { Tmpfs: { "/tmp": "" } }),
            ...(limits?.cpus !== undefined && { NanoCpus: Math.round(limits.cpus * 1e9) }),
            ...(memory !== undefined && { Memory: memory, MemorySwap: memory }),
            Mounts: (job.volumes ?? []).map(mountOf),
        },
    };
}

function mountOf({ volumeName, hostPath, containerPath, readOnly }: JobVolume): Docker.MountSettings {
    return {
        Type: volumeName === undefined ? "bind" : "volume",
        Source: volumeName ?? hostPath ?? "",
        Target: containerPath,
        ReadOnly: readOnly ?? false,
    };
}
