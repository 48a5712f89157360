import * as hcloud from "@pulumi/hcloud";

/** Everybody, over IPv4 and over IPv6. */
const EVERYBODY = ["0.0.0.0/0", "::/0"];

/** What a server lets in. */
export interface Inbound {
    /** Addresses, as CIDR, that may use SSH. */
    readonly sshFrom: readonly string[];
    /** Whether the router faces the internet. */
    readonly web: boolean;
}

/**
 * Rules of a firewall that lets in what is named and nothing else: a Hetzner firewall refuses what no rule of it allows,
 * also when it has no rule at all. A port that a container publishes by mistake stays shut.
 */
export function inboundRules({ sshFrom, web }: Inbound): hcloud.types.input.FirewallRule[] {
    const open = (description: string, port: number, sourceIps: string[]) => ({
        description,
        direction: "in",
        protocol: "tcp",
        port: String(port),
        sourceIps,
    });
    return [
        ...(sshFrom.length > 0 ? [open("SSH", 22, [...sshFrom])] : []),
        ...(web ? [open("HTTP", 80, EVERYBODY), open("HTTPS", 443, EVERYBODY)] : []),
    ];
}
