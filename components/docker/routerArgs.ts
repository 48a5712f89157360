import { isIPv4 } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import { checkPort } from "../../lib/numbers";
import { Problem } from "../../lib/problems";
import { checkHost, Route } from "../../lib/routes";
import { RoutedRoute } from "../../lib/traefik";
import { publicUrl } from "../../lib/urls";

/** The ways into the router. At least one of `listen` and `tunnel`. */
export interface RouterArgs {
    /**
     * Ports of the host that it takes requests on. A change replaces the router's container.
     * @default none: nothing of the host listens, a tunnel is the only way in
     */
    listen?: ListenArgs;
    /**
     * A tunnel's way in. A change replaces the router's container.
     * @default none
     */
    tunnel?: TunnelEntryArgs;
    /**
     * What has to be there before a route goes live: the DNS records by which hosts are proven to the certificate authority.
     * Traefik does not ask again for a certificate that was refused.
     * @default none
     */
    requires?: pulumi.Resource[];
    /** How much Traefik itself says. */
    logLevel: "INFO" | "ERROR";
}

/** Ports of the host that a router takes requests on. */
export interface ListenArgs {
    /**
     * Address of the host: `127.0.0.1` for this machine only, `0.0.0.0` for everybody. On a server of the stack's own its rules
     * lead IPv6 to the router as well.
     */
    address: string;
    /** Port for HTTP; with `tls` it leads to HTTPS and proves hosts to the certificate authority. */
    httpPort: number;
    /**
     * How clients reach the router: `https` when TLS ends in front of it, on the usual port. Without meaning with `tls`.
     * @default "http"
     */
    scheme?: "http" | "https";
    /** HTTPS with certificates that the router gets itself. @default none */
    tls?: TlsArgs;
}

/** HTTPS on port 443 with certificates by ACME, kept on the host's data disk. */
export interface TlsArgs {
    /** Where the certificate authority writes to when a certificate is about to end. */
    email: string;
    /** Directory URL of the certificate authority. @default Let's Encrypt's */
    server?: string;
    /**
     * Wildcards, `*.example.org`, whose certificate serves the hosts below. They are proven through Cloudflare's DNS.
     * @default none: each host has its own certificate
     */
    wildcards?: string[];
    /** Token that may read and edit the wildcards' zones at Cloudflare, and nothing else. Goes with `wildcards`. */
    cloudflareToken?: pulumi.Input<string>;
}

/** The router's way in for a tunnel: no port of the host leads there. */
export interface TunnelEntryArgs {
    /** Hosts that are reached through the tunnel only; every other host is reached on the ports of the host only. */
    hosts: string[];
    /**
     * Network of the router and the tunnel's connectors, as CIDR: what comes from elsewhere is refused.
     * @default "172.31.255.240/28", the end of what Docker gives to networks by itself
     */
    subnet?: string;
}

/** The network of the router and a tunnel's connectors, and the host's own address in it: Docker takes the first. */
export const TUNNEL_SUBNET = "172.31.255.240/28";
export const TUNNEL_GATEWAY = "172.31.255.241";

/** The network of a tunnel's way in. */
export function tunnelSubnet({ tunnel }: RouterArgs): string | undefined {
    return tunnel && (tunnel.subnet ?? TUNNEL_SUBNET);
}

/** The way in that leads to a route. */
export function wayIn({ listen, tunnel }: RouterArgs, route: Route): RoutedRoute {
    if (tunnel?.hosts.includes(route.host)) {
        return { ...route, entryPoint: "tunnel" };
    }
    if (listen?.tls === undefined) {
        return { ...route, entryPoint: "web" };
    }
    const wildcard = `*.${route.host.slice(route.host.indexOf(".") + 1)}`;
    return {
        ...route,
        entryPoint: "websecure",
        ...(listen.tls.wildcards?.includes(wildcard) && { wildcard }),
    };
}

/** URL of a host as clients see it, without a slash at the end. */
export function urlOf({ listen, tunnel }: RouterArgs, host: string): string {
    if (listen === undefined || tunnel?.hosts.includes(host)) {
        return `https://${host}`;
    }
    const { scheme, httpPort, tls } = listen;
    return tls !== undefined || scheme === "https"
        ? `https://${host}`
        : publicUrl({ scheme, port: httpPort }, host);
}

/** All that is wrong with a router's arguments. `hasDataDisk`: whether the engine's host has one. */
export function validateRouter({ listen, tunnel }: RouterArgs, hasDataDisk: boolean): Problem[] {
    const problems: Problem[] = [];
    if (listen === undefined && tunnel === undefined) {
        problems.push({
            path: "args.listen",
            message: "is missing, and tunnel as well: nothing would lead in",
        });
    }
    return [
        ...problems,
        ...(listen ? checkListen(listen, hasDataDisk) : []),
        ...(tunnel ? checkTunnel(tunnel) : []),
    ];
}

function checkListen({ address, httpPort, tls }: ListenArgs, hasDataDisk: boolean): Problem[] {
    const problems = checkPort("args.listen.httpPort", httpPort);
    if (!isIPv4(address)) {
        problems.push({
            path: "args.listen.address",
            message: `"${address}" is no IPv4 address`,
            fix: "127.0.0.1 for this machine only, 0.0.0.0 for everybody",
        });
    }
    return tls === undefined ? problems : [...problems, ...checkTls(tls, hasDataDisk)];
}

function checkTls({ email, wildcards = [], cloudflareToken }: TlsArgs, hasDataDisk: boolean): Problem[] {
    const problems = [
        ...checkEmail("args.listen.tls.email", email),
        ...checkWildcards("args.listen.tls.wildcards", wildcards),
    ];
    if (wildcards.length > 0 && cloudflareToken === undefined) {
        problems.push({
            path: "args.listen.tls.cloudflareToken",
            message: "is missing: wildcards are proven through Cloudflare's DNS",
        });
    }
    if (!hasDataDisk) {
        problems.push({
            path: "args.listen.tls",
            message: "needs a host with a data disk: certificates have to outlive the router",
        });
    }
    return problems;
}

/** Checks the form of a mail address. */
export function checkEmail(path: string, email: string): Problem[] {
    return /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email)
        ? []
        : [{ path, message: `"${email}" is no mail address` }];
}

/** Checks the form of wildcards. */
export function checkWildcards(path: string, wildcards: readonly string[]): Problem[] {
    return wildcards.flatMap((wildcard, index) => {
        const each = `${path}[${index}]`;
        return wildcard.startsWith("*.") && checkHost(each, wildcard.slice(2)).length === 0
            ? []
            : [{ path: each, message: `"${wildcard}" is no wildcard: *.example.org` }];
    });
}

function checkTunnel({ hosts, subnet = TUNNEL_SUBNET }: TunnelEntryArgs): Problem[] {
    const problems = hosts.flatMap((host, index) => checkHost(`args.tunnel.hosts[${index}]`, host));
    if (!/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/.test(subnet)) {
        problems.push({
            path: "args.tunnel.subnet",
            message: `"${subnet}" is no network: 172.31.255.240/28`,
        });
    }
    return problems;
}
