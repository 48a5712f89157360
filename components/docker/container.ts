import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { LimitsArgs } from "../platform";

/** What all containers have in common: they come back by themselves and their logs don't fill the disk. */
export const COMMON = {
    restart: "unless-stopped",
    logDriver: "json-file",
    logOpts: { "max-size": "10m", "max-file": "3" },
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
        ...(limits?.cpus !== undefined && { cpus: String(limits.cpus) }),
        ...(limits?.memoryMb !== undefined && { memory: limits.memoryMb, memorySwap: limits.memoryMb }),
    };
}

/** A port published on the host's loopback address, in the form of the Docker provider. */
export function publishOnLoopback(internal: number, external: number): docker.types.input.ContainerPort {
    return { internal, external, ip: "127.0.0.1", protocol: "tcp" };
}

/** Variables in the form of the Docker provider, in a stable order. */
export function envList(env: Record<string, pulumi.Input<string>>): pulumi.Output<string>[] {
    return Object.keys(env)
        .sort()
        .map((name) => pulumi.interpolate`${name}=${env[name] ?? ""}`);
}
