import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { LimitsArgs } from "../platform";
import { labelList } from "./engine";

/**
 * What all containers have in common: they come back by themselves, their logs don't fill the disk, and whoever breaks
 * into one finds no capability, no way to gain any, and no file to change.
 */
export const COMMON = {
    restart: "unless-stopped",
    logDriver: "json-file",
    logOpts: { "max-size": "10m", "max-file": "3" },
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges:true"],
    readOnly: true,
    tmpfs: { "/tmp": "" },
} satisfies Partial<docker.ContainerArgs>;

/**
 * Options of every container. Environment variables stay secret in the state, and what the provider can neither change
 * in place nor replace by itself is replaced: it would otherwise pass in silence.
 */
export const CONTAINER_OPTIONS: pulumi.CustomResourceOptions = {
    additionalSecretOutputs: ["envs"],
    replaceOnChanges: ["healthcheck", "tmpfs", "init", "stopTimeout", "destroyGraceSeconds"],
};

/** Limits in the form of the Docker provider. Swap counts as memory, so that a limit is a limit. */
export function limitsOf(
    limits: LimitsArgs | undefined,
): Pick<docker.ContainerArgs, "cpus" | "memory" | "memorySwap"> {
    return {
        ...(limits?.cpus !== undefined && { cpus: cpusOf(limits.cpus) }),
        ...(limits?.memoryMb !== undefined && { memory: limits.memoryMb, memorySwap: limits.memoryMb }),
    };
}

/**
 * Just as the provider reads it back, `1.0` and even `10.`: any other form of the number would be a difference for ever, and
 * a new container for each.
 */
export function cpusOf(cpus: number): string {
    const digits = cpus.toFixed(9);
    return digits.split("0").length - 1 === 9 ? cpus.toFixed(1) : digits.replace(/0+$/, "");
}

/** How long a container may take to stop, in seconds: when it is replaced, and whenever the engine itself stops it. */
export function stopsWithin(
    seconds: number,
): Pick<docker.ContainerArgs, "destroyGraceSeconds" | "stopTimeout"> {
    return { destroyGraceSeconds: seconds, stopTimeout: seconds };
}

/** Labels of a container: whose it is, and which resource, by which one that no state knows is told from the others. */
export function containerLabels(
    name: string,
    labels: Record<string, string>,
    parent: pulumi.Resource,
): docker.types.input.ContainerLabel[] {
    const urn = pulumi.createUrn(name, "docker:index/container:Container", urnOf(parent));
    return [...labelList(labels), { label: "berth.urn", value: urn }];
}

/** The text alone: an output of the parent's would depend on all its children, and each of these on itself. */
function urnOf(parent: pulumi.Resource): Promise<string> {
    return new Promise((resolve) => {
        parent.urn.apply(resolve);
    });
}

/** A port published on an address of the host, in the form of the Docker provider. */
export function publishOn(ip: string, internal: number, external: number): docker.types.input.ContainerPort {
    return { internal, external, ip, protocol: "tcp" };
}

/** Variables in the form of the Docker provider, in a stable order. */
export function envList(env: Record<string, pulumi.Input<string>>): pulumi.Output<string>[] {
    return Object.keys(env)
        .sort()
        .map((name) => pulumi.interpolate`${name}=${env[name] ?? ""}`);
}
