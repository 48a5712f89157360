import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { Route } from "../../lib/routes";
import { RoutedRoute } from "../../lib/traefik";
import { EngineProvider } from "../../providers/sdk";
import { RegistryArgs } from "../platform";

/** Which Docker engine everything stands on, and what its things are called there. */
export interface Engine {
    /**
     * Start of every name on the engine: two stacks on one engine need two prefixes. A change replaces everything, data
     * volumes included.
     */
    readonly prefix: string;
    /** Provider of `@pulumi/docker` for it. */
    readonly docker: docker.Provider;
    /** Provider of our own resources for it. */
    readonly berth: EngineProvider;
    /** The same engine, with credentials for a private registry. */
    readonly dockerWith: (name: string, registry: RegistryArgs) => docker.Provider;
    /**
     * Whether data volumes and passwords refuse to be deleted or replaced. Never put on a container, which must stay
     * replaceable.
     */
    readonly protect: boolean;
    /** Folder of the host's data disk that data volumes are folders of. @default volumes lie where the engine puts them */
    readonly dataRoot?: string;
    /** What is pulled for an image that the components name. */
    readonly imageOf: (reference: string) => string;
}

/** Where a part of a system stands: its engine, its networks, and the router in front of it. */
export interface Placement {
    readonly engine: Engine;
    readonly system: string;
    /** The system's own network: its apps and its databases, nobody else, no way out. */
    readonly dataNetwork: pulumi.Input<string>;
    /** The network of the router and of all apps, with a way out. */
    readonly edgeNetwork: pulumi.Input<string>;
    readonly router: {
        /** Id of the router's container. */
        readonly container: pulumi.Input<string>;
        /** URL of a host as clients see it. */
        readonly urlOf: (host: string) => string;
        /** What has to be there before a route goes live. */
        readonly requires: readonly pulumi.Resource[];
        /** The way in that leads to a route. */
        readonly wayIn: (route: Route) => RoutedRoute;
    };
}

/** Labels that tell on the engine whose a thing is. */
export function labelsOf(
    { engine, system }: Pick<Placement, "engine" | "system">,
    part: string,
): Record<string, string> {
    return { "berth.stack": engine.prefix, "berth.system": system, "berth.part": part };
}

/** Labels in the form of the Docker provider. */
export function labelList(labels: Record<string, string>): docker.types.input.ContainerLabel[] {
    return Object.entries(labels).map(([label, value]) => ({ label, value }));
}
