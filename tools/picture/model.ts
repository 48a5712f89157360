import { RecordedResource } from "./record";

/** A stack as it is drawn. Everything is in an order that only names and relations decide. */
export interface StackModel {
    readonly router: { readonly image: string; readonly address: string };
    readonly edgeNetwork: string;
    readonly systems: readonly SystemModel[];
}

export interface SystemModel {
    readonly name: string;
    readonly dataNetwork: string;
    readonly apps: readonly AppModel[];
    readonly servers: readonly ServerModel[];
}

export interface AppModel {
    readonly name: string;
    /** TCP port, undefined for a worker. */
    readonly port: string | undefined;
    readonly replicas: number;
    /** Hosts and paths that lead to it: `quiz.example.org/ws`. */
    readonly routes: readonly string[];
    /** Ids of the stores that its containers' inputs come from. */
    readonly uses: readonly string[];
}

export interface ServerModel {
    readonly kind: "postgres" | "redis";
    /** `Postgres 16`. */
    readonly title: string;
    /** Address on the host, where there is one. */
    readonly published: string | undefined;
    /** What apps use of it: the databases of a Postgres; for a Redis itself, by its host name. */
    readonly stores: readonly StoreModel[];
}

export interface StoreModel {
    readonly id: string;
    readonly name: string;
}

const CONTAINER = "docker:index/container:Container";
const IMAGE = "docker:index/remoteImage:RemoteImage";
const NETWORK = "docker:index/network:Network";
const SERVERS = { "berth:index:Postgres": "postgres", "berth:index:Redis": "redis" } as const;
const TITLES = { postgres: "Postgres", redis: "Redis" };

/** Reads a model out of what the program registered. */
export function modelOf(resources: readonly RecordedResource[]): StackModel {
    const graph = new Resources(resources);
    const [router] = graph.ofType("berth:index:Router");
    const [platform] = graph.ofType("berth:index:DockerPlatform");
    if (router === undefined || platform === undefined) {
        throw new Error("the program places nothing on a Docker engine: there is nothing to draw");
    }
    return {
        router: {
            image: text(graph.child(router, IMAGE)?.inputs.name),
            address: publishedBy(graph.child(router, CONTAINER)) ?? "",
        },
        edgeNetwork: text(graph.child(platform, NETWORK)?.inputs.name),
        systems: graph.ofType("berth:index:System").map((system) => systemOf(graph, system)),
    };
}

/** Looks resources up, always in the order of their names: that of their registration is a matter of timing. */
class Resources {
    private readonly byUrn: ReadonlyMap<string, RecordedResource>;
    private readonly sorted: readonly RecordedResource[];

    constructor(resources: readonly RecordedResource[]) {
        this.byUrn = new Map(resources.map((each) => [each.urn, each]));
        this.sorted = [...resources].sort((a, b) => compare(a.urn, b.urn));
    }

    ofType(type: string): RecordedResource[] {
        return this.sorted.filter((each) => each.type === type);
    }

    children(parent: RecordedResource, type?: string): RecordedResource[] {
        return this.sorted.filter(
            (each) => each.parent === parent.urn && (type === undefined || each.type === type),
        );
    }

    child(parent: RecordedResource, type: string): RecordedResource | undefined {
        return this.children(parent, type)[0];
    }

    get(urn: string): RecordedResource | undefined {
        return this.byUrn.get(urn);
    }
}

function systemOf(graph: Resources, system: RecordedResource): SystemModel {
    const shortName = (full: string) => full.replace(`${system.name}-`, "");
    const apps = graph
        .children(system, "berth:index:App")
        .map((app) => appOf(graph, app, shortName(app.name)));
    const servers = graph.children(system).flatMap((each) => {
        const kind = each.type in SERVERS ? SERVERS[each.type as keyof typeof SERVERS] : undefined;
        return kind === undefined ? [] : [serverOf(graph, each, kind)];
    });
    return {
        name: system.name,
        dataNetwork: text(graph.child(system, NETWORK)?.inputs.name),
        // Those that use nothing stand at the end, where no line has to pass them.
        apps: [
            ...apps.filter(({ uses }) => uses.length > 0),
            ...apps.filter(({ uses }) => uses.length === 0),
        ],
        servers,
    };
}

function appOf(graph: Resources, app: RecordedResource, name: string): AppModel {
    const [route] = graph.children(app, "berth:index:Route");
    const [ready] = graph.children(app, "berth:index:Ready");
    const { servers = [], routes = [] } = (route?.inputs ?? {}) as {
        servers?: string[];
        routes?: { host: string; pathPrefix?: string }[];
    };
    return {
        name,
        port: portOf(servers[0] ?? text(ready?.inputs.url)),
        replicas: graph.children(app, CONTAINER).length,
        routes: routes.map(({ host, pathPrefix = "" }) => host + pathPrefix),
        uses: usesOf(graph, app),
    };
}

/** The stores that any part of an app is made from: its variables, or the files that hold its secrets. */
function usesOf(graph: Resources, app: RecordedResource): string[] {
    const sources = graph
        .children(app)
        .flatMap(({ dependencies }) => dependencies)
        .flatMap((urn) => graph.get(urn) ?? []);
    const used = sources.flatMap((source) => {
        if (source.type === "berth:index:PostgresDatabase") {
            return [source.urn];
        }
        const parent = graph.get(source.parent);
        return parent?.type === "berth:index:Redis" ? [parent.urn] : [];
    });
    return [...new Set(used)].sort(compare);
}

function serverOf(graph: Resources, server: RecordedResource, kind: ServerModel["kind"]): ServerModel {
    const version = text(graph.child(server, IMAGE)?.inputs.name).split(":").at(-1) ?? "";
    const databases = graph.children(server, "berth:index:PostgresDatabase");
    return {
        kind,
        title: `${TITLES[kind]} ${version}`.trim(),
        published: publishedBy(graph.child(server, CONTAINER)),
        stores:
            kind === "redis"
                ? [{ id: server.urn, name: server.name }]
                : databases.map((each) => ({ id: each.urn, name: text(each.inputs.database) })),
    };
}

function publishedBy(container: RecordedResource | undefined): string | undefined {
    const [port] = (container?.inputs.ports ?? []) as { ip?: string; external?: number }[];
    return port === undefined ? undefined : `${port.ip ?? ""}:${port.external ?? ""}`;
}

function portOf(url: string): string | undefined {
    return /^http:\/\/[^/:]+:(\d+)/.exec(url)?.[1];
}

function text(value: unknown): string {
    return typeof value === "string" ? value : "";
}

function compare(a: string, b: string): number {
    return a < b ? -1 : Number(a > b);
}
