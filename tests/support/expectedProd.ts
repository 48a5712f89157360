import { BY_SYSTEM } from "./expectedResources";

/** What production has beside its systems. */
export const INFRASTRUCTURE = [
    "berth:index:CloudflareTunnel tunnel",
    "berth:index:DataFolder router-certificates-folder",
    "berth:index:DnsRecords dns",
    "berth:index:DockerPlatform platform",
    "berth:index:HetznerNetwork vps-network",
    "berth:index:HetznerVps vps",
    "berth:index:HostReady host",
    "berth:index:KeyPair vps-client-key",
    "berth:index:KeyPair vps-host-key",
    "berth:index:Ready tunnel-connector-1-ready",
    "berth:index:Ready tunnel-connector-2-ready",
    "berth:index:Router router",
    "berth:index:SecretVolume router-config",
    "berth:index:SecretVolume tunnel-connector-secrets",
    "berth:index:Takeover router-running",
    "berth:index:TunnelConnector tunnel-connector",
    "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared tunnel",
    "cloudflare:index/zeroTrustTunnelCloudflaredConfig:ZeroTrustTunnelCloudflaredConfig tunnel-config",
    "docker:index/container:Container router",
    "docker:index/container:Container tunnel-connector-1",
    "docker:index/container:Container tunnel-connector-2",
    "docker:index/network:Network edge",
    "docker:index/network:Network tunnel",
    "docker:index/remoteImage:RemoteImage router-image",
    "docker:index/remoteImage:RemoteImage tunnel-connector-image",
    "docker:index/volume:Volume router-certificates",
    "docker:index/volume:Volume router-routes",
    "hcloud:index/firewall:Firewall vps-firewall",
    "hcloud:index/network:Network vps-network",
    "hcloud:index/networkSubnet:NetworkSubnet vps-network-subnet",
    "hcloud:index/primaryIp:PrimaryIp vps-ipv4",
    "hcloud:index/primaryIp:PrimaryIp vps-ipv6",
    "hcloud:index/server:Server vps",
    "hcloud:index/serverNetwork:ServerNetwork vps-private",
    "hcloud:index/sshKey:SshKey vps-ssh-key",
    "hcloud:index/volume:Volume vps-data",
    "hcloud:index/volumeAttachment:VolumeAttachment vps-data-attachment",
    "pulumi:providers:berth engine",
    "pulumi:providers:docker engine",
    "random:index/randomBytes:RandomBytes tunnel-secret",
];

/** Secrets that production wants to be told, and that elsewhere are made up. */
const FROM_OUTSIDE = [
    "audifi-sendgrid-api-key",
    "connected-repo-google-client-secret",
    "degixdaw-supabase-anon-key",
    "degixdaw-supabase-service-role-key",
    "korczewski-google-client-secret",
    "korczewski-stripe-secret-key",
    "korczewski-stripe-webhook-secret",
].map((name) => `random:index/randomPassword:RandomPassword ${name}`);

const SECOND_REPLICA = [
    "docker:index/container:Container connected-repo-api-2",
    "berth:index:Ready connected-repo-api-2-ready",
];

/** What AudiFi has on Fly, and what it has of its own database server there. */
export const ON_FLY = [
    "berth:index:FlyApp audifi-api",
    "berth:index:FlyPlatform fly-platform",
    "berth:index:FlyPostgres audifi-db",
    "berth:index:System audifi",
    "fly:index:App audifi-api",
    "fly:index:IpAddress audifi-api-ipv4",
    "fly:index:IpAddress audifi-api-ipv6",
    "fly:index:MachineGroup audifi-api-machines",
    "fly:index:PostgresDatabase audifi-db-audifi",
    "fly:index:Secrets audifi-api-secrets",
    "pulumi:providers:fly fly",
    "random:index/randomPassword:RandomPassword audifi-db-audifi-password",
    "random:index/randomPassword:RandomPassword audifi-jwt-secret",
    "random:index/randomPassword:RandomPassword audifi-magic-link-secret",
];
export const FLY_SERVER = [
    "fly:index:App audifi-db",
    "fly:index:Machine audifi-db",
    "fly:index:Secrets audifi-db-secrets",
    "fly:index:Volume audifi-db-data",
    "random:index/randomPassword:RandomPassword audifi-db-password",
];

/** What the systems have in dev, as production has it: no port is published, and data lies in folders of the disk. */
function systems(invented: boolean): string[] {
    const all = Object.entries(BY_SYSTEM)
        .filter(([system]) => system !== "audifi")
        .flatMap(([, parts]) => parts)
        .filter((each) => !each.endsWith("-publish"))
        .filter((each) => invented || !FROM_OUTSIDE.includes(each));
    const folders = all
        .filter((each) => each.startsWith("docker:index/volume:Volume "))
        .map((each) => each.replace("docker:index/volume:Volume ", "berth:index:DataFolder ") + "-folder");
    return [...all, ...folders];
}

function records(hosts: readonly string[], tunnelled: string): string[] {
    const types = ["a", "aaaa", "caa"];
    return [...hosts.flatMap((host) => types.map((type) => `${host}-${type}`)), `${tunnelled}-cname`].map(
        (name) => `cloudflare:index/dnsRecord:DnsRecord ${name}`,
    );
}

export const PROD = [
    ...INFRASTRUCTURE,
    ...systems(false),
    ...ON_FLY,
    ...FLY_SERVER,
    ...SECOND_REPLICA,
    ...records(
        [
            "degixdaw.example.com",
            "api.connected-repo.example.com",
            "l2p.korczewski.de",
            "api.l2p.korczewski.de",
            "payment.korczewski.de",
            "auth.korczewski.de",
            "vault.korczewski.de",
        ],
        "partyquiz-platform.databridge360.com",
    ),
].sort();

/** Staging is told the secrets as well in these tests: what is given is not made up. */
export const STAGING = [
    ...INFRASTRUCTURE,
    ...systems(false),
    ...ON_FLY,
    ...records(
        [
            "degixdaw-staging.example.com",
            "api-staging.connected-repo.example.com",
            "l2p.staging.korczewski.de",
            "api.l2p.staging.korczewski.de",
            "payment.staging.korczewski.de",
            "auth.staging.korczewski.de",
            "vault.staging.korczewski.de",
        ],
        "partyquiz-staging.databridge360.com",
    ),
].sort();
