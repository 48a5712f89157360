import fs from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Graph, Node, record } from "../support/graph";

const FOLDER = path.join(__dirname, "../../docs/examples");

const SECRETS = {
    "berth:tunnelToken": "token",
    "berth:databasePassword": "hush",
    "berth:flyToken": "fm2_hush",
};

/** Runs an example as a program of a stack whose secrets are set. */
function run(example: string): Promise<Graph> {
    return record(() => {
        pulumi.runtime.setAllConfig(SECRETS);
        return jest.requireActual<object>(path.join(FOLDER, `${example}.ts`));
    });
}

/** What a page's resource registers: all of its type, and what stands right below these. */
function shown({ nodes }: Graph, type: string): string[] {
    const own = nodes.filter((node) => node.type === type);
    const names = own.map(({ name }) => name);
    const below = nodes.filter(({ parent, type: other }) => names.includes(parent) && other !== type);
    return [...own, ...below].map(describeNode).sort();
}

const describeNode = ({ type, name }: Node) => `${type.split(/[:/]/).at(-1) ?? ""} ${name}`;

const SERVER = (name: string) => [
    `Firewall ${name}-firewall`,
    `KeyPair ${name}-client-key`,
    `KeyPair ${name}-host-key`,
    `PrimaryIp ${name}-ipv4`,
    `PrimaryIp ${name}-ipv6`,
    `Server ${name}`,
    `ServerNetwork ${name}-private`,
    `SshKey ${name}-ssh-key`,
    `Volume ${name}-data`,
    `VolumeAttachment ${name}-data-attachment`,
];

/** Each example: the type that its page tells of, and what it registers of that. */
const EXAMPLES: Readonly<Record<string, readonly [type: string, registers: readonly string[]]>> = {
    app: [
        "berth:index:App",
        [
            "App shop-web",
            "Container shop-web-1",
            "Container shop-web-2",
            "Ready shop-web-1-ready",
            "Ready shop-web-2-ready",
            "RemoteImage shop-web-image",
            "Route shop-web-route",
        ],
    ],
    "cloudflare-tunnel": [
        "berth:index:CloudflareTunnel",
        [
            "CloudflareTunnel tunnel",
            "DnsRecord shop.example.org-cname",
            "RandomBytes tunnel-secret",
            "ZeroTrustTunnelCloudflared tunnel",
            "ZeroTrustTunnelCloudflaredConfig tunnel-config",
        ],
    ],
    "data-folder": ["berth:index:DataFolder", ["DataFolder db-data-folder"]],
    "dns-records": [
        "berth:index:DnsRecords",
        [
            "DnsRecords dns",
            ...["shop.example.org", "api.shop.example.org"].flatMap((host) =>
                ["a", "aaaa", "caa"].map((kind) => `DnsRecord ${host}-${kind}`),
            ),
        ],
    ],
    "docker-platform": [
        "berth:index:DockerPlatform",
        [
            "DockerPlatform platform",
            "Network edge",
            "Router router",
            "System blog",
            "System shop",
            "berth engine",
            "docker engine",
        ],
    ],
    "engine-provider": ["pulumi:providers:berth", ["berth engine"]],
    "fly/app": ["fly:index:App", ["App shop"]],
    "fly/certificate": ["fly:index:Certificate", ["Certificate shop"]],
    "fly/ip-address": ["fly:index:IpAddress", ["IpAddress shop-v4", "IpAddress shop-v6"]],
    "fly/machine": ["fly:index:Machine", ["Machine search"]],
    "fly/machine-group": ["fly:index:MachineGroup", ["MachineGroup shop-web"]],
    "fly/postgres-database": ["fly:index:PostgresDatabase", ["PostgresDatabase shop"]],
    "fly/provider": ["pulumi:providers:fly", ["fly customer"]],
    "fly/secrets": ["fly:index:Secrets", ["Secrets shop-secrets"]],
    "fly/volume": ["fly:index:Volume", ["Volume shop-disk"]],
    "fly-app": [
        "berth:index:FlyApp",
        [
            "App shop-web",
            "Certificate shop-web-shop.example.org",
            "FlyApp shop-web",
            "IpAddress shop-web-ipv4",
            "IpAddress shop-web-ipv6",
            "MachineGroup shop-web-machines",
            "Secrets shop-web-secrets",
        ],
    ],
    "fly-platform": [
        "berth:index:FlyPlatform",
        ["FlyPlatform fly-platform", "System blog", "System shop", "fly fly"],
    ],
    "fly-postgres": [
        "berth:index:FlyPostgres",
        [
            "App shop-db",
            "FlyPostgres shop-billing",
            "FlyPostgres shop-db",
            "Machine shop-db",
            "PostgresDatabase shop-billing-shop",
            "PostgresDatabase shop-db-reports",
            "PostgresDatabase shop-db-shop",
            "RandomPassword shop-billing-shop-password",
            "RandomPassword shop-db-password",
            "RandomPassword shop-db-reports-password",
            "RandomPassword shop-db-shop-password",
            "Secrets shop-db-secrets",
            "Volume shop-db-data",
        ],
    ],
    "fly-redis": [
        "berth:index:FlyRedis",
        [
            "App shop-redis",
            "FlyRedis shop-redis",
            "Machine shop-redis",
            "RandomPassword shop-redis-password",
            "Secrets shop-redis-secrets",
            "Volume shop-redis-data",
        ],
    ],
    "hetzner-network": [
        "berth:index:HetznerNetwork",
        [
            "HetznerNetwork network",
            "Network network",
            "NetworkSubnet network-subnet",
            "PlacementGroup network-spread",
        ],
    ],
    "hetzner-vps": [
        "berth:index:HetznerVps",
        ["HetznerVps vps", "HetznerNetwork vps-network", ...SERVER("vps")],
    ],
    "host-ready": ["berth:index:HostReady", ["HostReady ready"]],
    job: ["berth:index:Job", ["Job shop-migration"]],
    "key-pair": ["berth:index:KeyPair", ["KeyPair deploy-key"]],
    postgres: [
        "berth:index:Postgres",
        [
            "Container shop-postgres",
            "Network shop-postgres-publish",
            "Postgres shop-postgres",
            "PostgresDatabase shop-postgres-reports",
            "PostgresDatabase shop-postgres-shop",
            "RandomPassword shop-postgres-password",
            "RandomPassword shop-postgres-reports-password",
            "RandomPassword shop-postgres-shop-password",
            "Ready shop-postgres-ready",
            "RemoteImage shop-postgres-image",
            "SecretVolume shop-postgres-secrets",
            "Volume shop-postgres-data",
        ],
    ],
    "postgres-database": ["berth:index:PostgresDatabase", ["PostgresDatabase shop"]],
    ready: ["berth:index:Ready", ["Ready db-ready"]],
    redis: [
        "berth:index:Redis",
        [
            "Container shop-redis",
            "RandomPassword shop-redis-password",
            "Ready shop-redis-ready",
            "Redis shop-redis",
            "RemoteImage shop-redis-image",
            "SecretVolume shop-redis-secrets",
            "Volume shop-redis-data",
        ],
    ],
    route: ["berth:index:Route", ["Route shop-web-route"]],
    router: [
        "berth:index:Router",
        [
            "Container router",
            "DataFolder router-certificates-folder",
            "RemoteImage router-image",
            "Router router",
            "SecretVolume router-config",
            "Takeover router-running",
            "Volume router-certificates",
            "Volume router-routes",
        ],
    ],
    "secret-volume": ["berth:index:SecretVolume", ["SecretVolume db-secrets"]],
    takeover: ["berth:index:Takeover", ["Takeover proxy-running"]],
    "tunnel-connector": [
        "berth:index:TunnelConnector",
        [
            "Container tunnel-connector-1",
            "Container tunnel-connector-2",
            "Ready tunnel-connector-1-ready",
            "Ready tunnel-connector-2-ready",
            "RemoteImage tunnel-connector-image",
            "SecretVolume tunnel-connector-secrets",
            "TunnelConnector tunnel-connector",
        ],
    ],
};

describe("the examples of the docs", () => {
    it("are all run here", () => {
        const files = fs
            .readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
            .filter((file) => file.endsWith(".ts"))
            .map((file) => file.slice(0, -".ts".length));
        expect(files.sort()).toEqual(Object.keys(EXAMPLES).sort());
    });

    it.each(Object.entries(EXAMPLES))("%s registers what it says", async (example, [type, registers]) => {
        const graph = await run(example);
        expect(shown(graph, type)).toEqual([...registers].sort());
        expect(graph.nodes.filter(({ inputs }) => holdsInClear(inputs))).toEqual([]);
    });
});

/** Secrets are instances of a class of their own in recorded inputs. */
function holdsInClear(value: unknown): boolean {
    if (typeof value === "string") {
        return Object.values(SECRETS).includes(value);
    }
    const isPlain =
        typeof value === "object" && value !== null && [Object, Array].includes(value.constructor as never);
    return isPlain && Object.values(value).some(holdsInClear);
}
