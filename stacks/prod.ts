import * as pulumi from "@pulumi/pulumi";
import { DnsRecords } from "../components/cloudflare/dnsRecords";
import { CloudflareTunnel } from "../components/cloudflare/tunnel";
import { DockerPlatform } from "../components/docker/platform";
import { RouterArgs, TUNNEL_GATEWAY, TUNNEL_SUBNET } from "../components/docker/routerArgs";
import { FlyPlatform } from "../components/fly/platform";
import { HetznerVps } from "../components/hetzner/vps";
import { Platform } from "../components/platform";
import { compose, ServerOutputs, StackOutputs } from "./compose";
import type { FlySettings, ProdSettings, ServerSettings } from "./prodSettings";
import type { SystemSettings } from "./systemSettings";

/**
 * Production and staging: each system on a server of the stack's own at Hetzner or on Fly, from the team's own images; public
 * hosts with certificates of Let's Encrypt, the others through a Cloudflare tunnel; no database is published.
 */
export function prod(settings: ProdSettings): StackOutputs {
    const server = settings.server && createServer(settings, settings.server);
    const fly = settings.fly && createFly(settings, settings.fly);
    const platforms: Record<SystemSettings["platform"], Platform | undefined> = {
        docker: server?.platform,
        fly,
    };
    const systems = compose(({ platform }) => known(platforms[platform], platform), settings.systems, {
        protect: settings.protect,
        complete: (_system, _app, own) => own,
    });
    if (fly) {
        createFlyNames(settings, fly);
    }
    return { systems, ...(server && { server: outputsOf(settings, server) }) };
}

/** The settings make a platform for every system that names it. */
function known(platform: Platform | undefined, name: string): Platform {
    if (platform === undefined) {
        throw new Error(`the stack has no platform ${name}`);
    }
    return platform;
}

interface Server {
    readonly vps: HetznerVps;
    readonly platform: DockerPlatform;
    readonly sshFolder: string;
}

function createServer(settings: ProdSettings, server: ServerSettings): Server {
    const { prefix, protect, publicHosts, images } = settings;
    const vps = new HetznerVps("vps", {
        ...server,
        name: prefix,
        web: publicHosts.length > 0,
        // Whether or not SSH comes through the tunnel today: user data is read once.
        sshFromContainers: [TUNNEL_SUBNET],
        protect,
        labels: { "berth.stack": prefix },
    });
    const names = createPublicNames(settings, vps);
    const sshFolder = `.state/ssh/${settings.stack}`;
    const platform = new DockerPlatform("platform", {
        prefix,
        server: { server: vps.server, sshFolder, proxyCommand: proxyCommandOf(settings) },
        router: { ...routerOf(settings), requires: names },
        protect,
        images,
    });
    return { vps, platform, sshFolder };
}

/** After the systems: the tunnel has to know their routes. */
function outputsOf(settings: ProdSettings, { vps, platform, sshFolder }: Server): ServerOutputs {
    const tunnel = createTunnel(settings, platform);
    return {
        ipv4: vps.ipv4,
        ipv6: vps.ipv6,
        // The files are there once a run has dialled the server.
        ssh: pulumi.interpolate`ssh -F ${sshFolder}/config host`,
        ...(tunnel?.accessToken && { accessToken: tunnel.accessToken }),
    };
}

function routerOf({ publicHosts, tunnelHosts, ssh, acme }: ProdSettings): RouterArgs {
    const { email, server, wildcards, dnsToken } = acme;
    const tls = { email, server, wildcards, cloudflareToken: dnsToken };
    return {
        ...(publicHosts.length > 0 && {
            listen: { address: "0.0.0.0", httpPort: 80, tls },
        }),
        ...((tunnelHosts.length > 0 || ssh.accessHost !== undefined) && { tunnel: { hosts: tunnelHosts } }),
        logLevel: "ERROR",
    };
}

/** `cloudflared` takes its token from the environment, where no list of processes shows it. */
function proxyCommandOf({ ssh }: ProdSettings): string | undefined {
    return ssh.throughAccess ? `cloudflared access ssh --hostname ${ssh.accessHost ?? ""}` : undefined;
}

function createPublicNames({ publicHosts, acme, cloudflare }: ProdSettings, vps: HetznerVps): DnsRecords[] {
    const { ipv4, ipv6 } = vps;
    return publicHosts.length === 0
        ? []
        : [
              new DnsRecords("dns", {
                  hosts: publicHosts,
                  zones: cloudflare.zones,
                  ipv4,
                  ipv6,
                  certificateAuthority: acme.issuer,
              }),
          ];
}

function createTunnel(
    { prefix, protect, tunnelHosts, ssh, cloudflare }: ProdSettings,
    platform: DockerPlatform,
): CloudflareTunnel | undefined {
    if (tunnelHosts.length === 0 && ssh.accessHost === undefined) {
        return undefined;
    }
    const tunnel = new CloudflareTunnel("tunnel", {
        name: prefix,
        accountId: cloudflare.accountId,
        zones: cloudflare.zones,
        routes: platform.tunnelRoutes(),
        service: platform.tunnelService,
        ssh:
            ssh.accessHost === undefined
                ? undefined
                : { host: ssh.accessHost, service: `ssh://${TUNNEL_GATEWAY}:22` },
        protect,
    });
    platform.connectTunnel("tunnel-connector", { token: tunnel.token });
    return tunnel;
}

function createFly({ protect, images }: ProdSettings, fly: FlySettings): FlyPlatform {
    return new FlyPlatform("fly-platform", { ...fly, protect, images });
}

/** Hosts of one's own lead to the addresses of the app on Fly, which then gets their certificates. */
function createFlyNames({ cloudflare }: ProdSettings, fly: FlyPlatform): void {
    for (const { appName, addresses } of fly.publicApps()) {
        if (addresses !== undefined && addresses.hosts.length > 0) {
            new DnsRecords(`${appName}-dns`, { ...addresses, zones: cloudflare.zones });
        }
    }
}
