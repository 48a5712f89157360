import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { renderIngress } from "../../lib/ingress";
import { checkName } from "../../lib/names";
import { Problem, refuse } from "../../lib/problems";
import { checkConflicts, checkRoute, Route } from "../../lib/routes";
import { AccessArgs, AccessToken, createAccess } from "./access";
import { checkAccountId, checkZones, Zone, zoneOf } from "./zones";

/** A tunnel from Cloudflare's edge to a router. */
export interface CloudflareTunnelArgs {
    /** Name at Cloudflare, unique in the account. A change updates in place. */
    name: string;
    /** Id of the account: 32 hexadecimal digits. A change replaces the tunnel. */
    accountId: string;
    /** Zones at Cloudflare; each host lies in one of them. */
    zones: Zone[];
    /** Hosts and paths that come in. */
    routes: Route[];
    /**
     * URL that every request is handed to, as the connector reaches it: the router's way in for tunnels. Never a container of
     * an app: these are replaced by every release, and only the router drains.
     */
    service: string;
    /** SSH to the server for whoever holds a token. @default none */
    ssh?: AccessArgs;
    /** Whether the tunnel's secret refuses to be deleted or replaced. @default true */
    protect?: boolean;
}

/** The edge's own certificate and addresses answer for a proxied record. */
const PROXIED = { proxied: true, ttl: 1 };

/**
 * A Cloudflare tunnel: its secret, its rules, and a proxied DNS record for each host. The server behind it needs no open
 * port; a connector that holds the token dials out.
 */
export class CloudflareTunnel extends pulumi.ComponentResource {
    /** What a connector proves itself with. Secret. */
    readonly token: pulumi.Output<string>;
    /** What comes through to SSH, where the tunnel leads there. */
    readonly accessToken: AccessToken | undefined;

    constructor(name: string, args: CloudflareTunnelArgs, opts?: pulumi.ComponentResourceOptions) {
        super("berth:index:CloudflareTunnel", name, {}, opts);
        refuse(`CloudflareTunnel "${name}"`, validateCloudflareTunnel(args));
        const { accountId, zones, routes, service, ssh } = args;
        const tunnel = this.createTunnel(name, args);
        new cloudflare.ZeroTrustTunnelCloudflaredConfig(
            `${name}-config`,
            {
                accountId,
                tunnelId: tunnel.id,
                source: "cloudflare",
                config: {
                    ingresses: [
                        ...(ssh ? [{ hostname: ssh.host, service: ssh.service }] : []),
                        ...renderIngress(routes, service),
                    ],
                },
            },
            { parent: this },
        );
        for (const host of hostsOf(args)) {
            new cloudflare.DnsRecord(
                `${host}-cname`,
                {
                    ...PROXIED,
                    zoneId: zoneOf(host, zones)?.id ?? "",
                    name: host,
                    type: "CNAME",
                    content: pulumi.interpolate`${tunnel.id}.cfargotunnel.com`,
                },
                { parent: this },
            );
        }
        warnOfDeepHosts(hostsOf(args), zones, this);
        this.accessToken = ssh && createAccess(name, accountId, ssh, this);
        this.token = pulumi.secret(
            cloudflare.getZeroTrustTunnelCloudflaredTokenOutput(
                { accountId, tunnelId: tunnel.id },
                { parent: this },
            ).token,
        );
        this.registerOutputs({});
    }

    private createTunnel(
        name: string,
        { name: tunnelName, accountId, protect = true }: CloudflareTunnelArgs,
    ): cloudflare.ZeroTrustTunnelCloudflared {
        const secret = new random.RandomBytes(`${name}-secret`, { length: 32 }, { parent: this, protect });
        return new cloudflare.ZeroTrustTunnelCloudflared(
            name,
            { accountId, name: tunnelName, configSrc: "cloudflare", tunnelSecret: secret.base64 },
            { parent: this },
        );
    }
}

/** The edge's free certificate serves a zone and what stands one label below it. */
function warnOfDeepHosts(hosts: readonly string[], zones: readonly Zone[], tunnel: pulumi.Resource): void {
    const deep = hosts.filter(
        (host) => host.split(".").length > (zoneOf(host, zones)?.name.split(".").length ?? 0) + 1,
    );
    if (deep.length > 0) {
        void pulumi.log.warn(
            `Cloudflare's universal certificate does not serve ${deep.join(", ")}: it goes one label below the zone. ` +
                "Give them other names, or order an advanced certificate for them.",
            tunnel,
        );
    }
}

/** Each host once: several paths of it are several rules and one record. */
function hostsOf({ routes, ssh }: CloudflareTunnelArgs): string[] {
    return [...new Set([...routes.map(({ host }) => host), ...(ssh ? [ssh.host] : [])])].sort();
}

/** All that is wrong with a tunnel's arguments. */
function validateCloudflareTunnel(args: CloudflareTunnelArgs): Problem[] {
    const { name, accountId, zones, routes, ssh } = args;
    const claims = routes.map((route, index) => ({ ...route, owner: `args.routes[${index}]` }));
    return [
        ...checkName("args.name", name),
        ...checkAccountId("args.accountId", accountId),
        ...routes.flatMap((route, index) => checkRoute(`args.routes[${index}]`, route)),
        ...checkConflicts(ssh ? [...claims, { host: ssh.host, owner: "args.ssh.host" }] : claims),
        ...checkZones("args.zones", hostsOf(args), zones),
    ];
}
