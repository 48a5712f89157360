import { stringify } from "yaml";

/** What the engine says of a container: the part that a compose file can say, too. */
export interface Inspected {
    readonly Name: string;
    readonly Config: {
        readonly Image: string;
        readonly Cmd: readonly string[] | null;
        readonly Env: readonly string[] | null;
        readonly User: string;
        readonly Healthcheck?: {
            readonly Test: readonly string[];
            readonly Interval?: number;
            readonly Timeout?: number;
            readonly StartPeriod?: number;
            readonly Retries?: number;
        };
    };
    readonly HostConfig: {
        readonly NanoCpus: number;
        readonly Memory: number;
        readonly MemorySwap: number;
        readonly ReadonlyRootfs: boolean;
        readonly Tmpfs?: Readonly<Record<string, string>> | null;
        readonly CapDrop: readonly string[] | null;
        readonly SecurityOpt: readonly string[] | null;
        readonly RestartPolicy: { readonly Name: string };
        readonly LogConfig: { readonly Type: string; readonly Config: Readonly<Record<string, string>> };
        readonly PortBindings: Readonly<
            Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>
        > | null;
    };
    readonly Mounts: readonly {
        readonly Type: string;
        readonly Name?: string;
        readonly Destination: string;
        readonly RW: boolean;
    }[];
    readonly NetworkSettings: {
        readonly Networks: Readonly<Record<string, { readonly Aliases: readonly string[] | null }>>;
    };
}

/** A network of the stack. */
export interface InspectedNetwork {
    readonly Name: string;
    readonly Internal: boolean;
}

/** A stack as it stands on the engine, and what a compose file has to know beside. */
export interface StackOnEngine {
    readonly containers: readonly Inspected[];
    readonly networks: readonly InspectedNetwork[];
    /** Name of each image, by what the containers call it. */
    readonly images: ReadonlyMap<string, string>;
    /** Volumes of files that are there beforehand, in place of those of the stack. All others start empty. */
    readonly files: ReadonlyMap<string, string>;
    /** More of these, by container and folder. */
    readonly mounts: readonly {
        readonly container: string;
        readonly volume: string;
        readonly target: string;
    }[];
    /** Labels of everything that compose makes. */
    readonly labels: Readonly<Record<string, string>>;
}

/** The same containers as a compose file: same images, variables, networks, volumes, health checks, limits and ports. */
export function composeFileOf(stack: StackOnEngine): string {
    const { containers, networks, labels } = stack;
    const volumes = containers.flatMap((each) => mountsOf(each, stack));
    const external = volumes.filter(({ external: there }) => there);
    const own = volumes.filter(({ external: there }) => !there);
    return stringify(
        escaped({
            services: Object.fromEntries(containers.map((each) => [serviceOf(each), service(each, stack)])),
            networks: Object.fromEntries(
                networks.map(({ Name, Internal }) => [Name, { internal: Internal, labels }]),
            ),
            volumes: {
                ...Object.fromEntries(own.map(({ name }) => [name, { labels }])),
                ...Object.fromEntries(external.map(({ name }) => [name, { external: true, name }])),
            },
        }),
        { lineWidth: 0, aliasDuplicateObjects: false },
    );
}

function service(container: Inspected, stack: StackOnEngine): object {
    const { Config, HostConfig } = container;
    const health = Config.Healthcheck;
    return {
        image: stack.images.get(Config.Image) ?? Config.Image,
        // All images are there: neither way asks a registry.
        pull_policy: "never",
        ...(Config.Cmd && { command: Config.Cmd }),
        ...(Config.User !== "" && { user: Config.User }),
        environment: Config.Env ?? [],
        labels: stack.labels,
        restart: HostConfig.RestartPolicy.Name,
        read_only: HostConfig.ReadonlyRootfs,
        tmpfs: Object.keys(HostConfig.Tmpfs ?? {}),
        cap_drop: HostConfig.CapDrop ?? [],
        security_opt: HostConfig.SecurityOpt ?? [],
        logging: { driver: HostConfig.LogConfig.Type, options: HostConfig.LogConfig.Config },
        ...(HostConfig.NanoCpus > 0 && { cpus: HostConfig.NanoCpus / 1e9 }),
        ...(HostConfig.Memory > 0 && {
            mem_limit: HostConfig.Memory,
            memswap_limit: HostConfig.MemorySwap,
        }),
        ports: Object.entries(HostConfig.PortBindings ?? {}).flatMap(([port, bindings]) =>
            (bindings ?? []).map(({ HostIp, HostPort }) => `${HostIp}:${HostPort}:${port}`),
        ),
        networks: networksOf(container),
        volumes: mountsOf(container, stack).map(({ name, target, readOnly }) =>
            [name, target, ...(readOnly ? ["ro"] : [])].join(":"),
        ),
        depends_on: Object.fromEntries(
            serversOf(container, stack).map((server) => [server, { condition: "service_healthy" }]),
        ),
        ...(health && {
            healthcheck: {
                test: health.Test,
                interval: nanoseconds(health.Interval),
                timeout: nanoseconds(health.Timeout),
                start_period: nanoseconds(health.StartPeriod),
                retries: health.Retries,
            },
        }),
    };
}

/** Others find a container by its name: routes name it. */
function networksOf({ Name, NetworkSettings }: Inspected): object {
    return Object.fromEntries(
        Object.entries(NetworkSettings.Networks).map(([network, { Aliases }]) => [
            network,
            { aliases: [...new Set([Name.slice(1), ...(Aliases ?? [])])] },
        ]),
    );
}

interface Mounted {
    readonly name: string;
    readonly target: string;
    readonly readOnly: boolean;
    readonly external: boolean;
}

function mountsOf(container: Inspected, { files, mounts }: StackOnEngine): Mounted[] {
    const own = container.Mounts.filter(({ Type }) => Type === "volume").map(
        ({ Name = "", Destination, RW }) => ({
            name: files.get(Name) ?? Name,
            target: Destination,
            readOnly: !RW,
            external: files.has(Name),
        }),
    );
    const more = mounts
        .filter((each) => each.container === container.Name)
        .map(({ volume, target }) => ({ name: volume, target, readOnly: true, external: true }));
    return [...own, ...more];
}

/** Servers for data that an app shares a network with: it starts when they answer, as it does in the stack. */
function serversOf(container: Inspected, { containers }: StackOnEngine): string[] {
    if (isDataServer(container)) {
        return [];
    }
    const networks = Object.keys(container.NetworkSettings.Networks);
    return containers
        .filter((each) => isDataServer(each))
        .filter((each) => Object.keys(each.NetworkSettings.Networks).some((name) => networks.includes(name)))
        .map(serviceOf);
}

function isDataServer({ Mounts }: Inspected): boolean {
    return Mounts.some(({ Name = "" }) => Name.endsWith("-data"));
}

function serviceOf({ Name }: Inspected): string {
    return Name.slice(1);
}

function nanoseconds(duration: number | undefined): string | undefined {
    return duration === undefined ? undefined : `${duration}ns`;
}

/** A dollar sign begins a variable of compose's own. */
function escaped(value: unknown): unknown {
    if (typeof value === "string") {
        return value.replaceAll("$", "$$$$");
    }
    if (Array.isArray(value)) {
        return value.map(escaped);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, escaped(field)]));
}
