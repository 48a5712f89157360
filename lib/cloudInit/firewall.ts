import { isIPv6 } from "node:net";
import { EDGE_IPV6 } from "../edge";
import { CloudInitArgs, HostFile } from "./args";

/** Where a cloud's servers read their user data: ours holds the host's private key. */
const METADATA_ADDRESS = "169.254.169.254";

/** New SSH connections a minute that a source gets which is not on the list, after as many at once. */
const SSH_PER_MINUTE = 10;

/**
 * A table of our own, replaced in one transaction: Docker's rules stand in others and neither touches the other. Its chains
 * run before Docker's; what they let pass still has to pass those.
 */
export function renderFirewall(sshFrom: readonly string[]): string {
    return `\
#!/usr/sbin/nft -f
# Declared first, so that there is something to delete.
table inet berth
delete table inet berth

table inet berth {
    set ssh_from_4 {
        type ipv4_addr
        flags interval
        auto-merge${elements(sshFrom.filter((source) => !isIPv6Source(source)))}
    }

    set ssh_from_6 {
        type ipv6_addr
        flags interval
        auto-merge${elements(sshFrom.filter(isIPv6Source))}
    }

    set ssh_seen_4 {
        type ipv4_addr
        size 65535
        flags dynamic,timeout
        timeout 5m
    }

    set ssh_seen_6 {
        type ipv6_addr
        size 65535
        flags dynamic,timeout
        timeout 5m
    }

    chain input {
        type filter hook input priority filter - 10; policy accept;
        iifname != "lo" tcp dport 22 ct state new jump ssh
    }

    chain ssh {
        ip saddr @ssh_from_4 return
        ip6 saddr @ssh_from_6 return
        add @ssh_seen_4 { ip saddr limit rate over ${SSH_PER_MINUTE}/minute burst ${SSH_PER_MINUTE} packets } counter drop
        add @ssh_seen_6 { ip6 saddr limit rate over ${SSH_PER_MINUTE}/minute burst ${SSH_PER_MINUTE} packets } counter drop
    }

    chain forward {
        type filter hook forward priority filter - 10; policy accept;
        ip daddr ${METADATA_ADDRESS} counter reject with icmp admin-prohibited
    }

    # Docker publishes the router's ports over IPv4 alone; where no router has the address, nobody answers.
    chain prerouting {
        type nat hook prerouting priority dstnat - 10; policy accept;
        meta nfproto ipv6 fib daddr type local tcp dport { 80, 443 } dnat ip6 to ${EDGE_IPV6.router}
    }

    # What runs on the host's own network: cloud-init is root.
    chain output {
        type filter hook output priority filter - 10; policy accept;
        ip daddr ${METADATA_ADDRESS} meta skuid != 0 counter reject with icmp admin-prohibited
    }
}
`;
}

/** The rules and the unit that loads them at boot. */
export function firewall({ sshFrom }: CloudInitArgs): HostFile[] {
    return [
        { path: FIREWALL_RULES, content: renderFirewall(sshFrom), permissions: "0755" },
        { path: "/etc/systemd/system/berth-firewall.service", content: UNIT },
    ];
}

/** Where the rules lie on a server. */
export const FIREWALL_RULES = "/etc/berth/firewall.nft";

/** Nothing to stop: without its rules the host would be more open, not less. */
const UNIT = `\
[Unit]
Description=SSH limit, no metadata for containers, IPv6 for the router
DefaultDependencies=no
After=local-fs.target
Wants=network-pre.target
Before=network-pre.target shutdown.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f ${FIREWALL_RULES}
ExecReload=/usr/sbin/nft -f ${FIREWALL_RULES}

[Install]
WantedBy=multi-user.target
`;

function isIPv6Source(source: string): boolean {
    return isIPv6(source.split("/")[0] ?? "");
}

/** nft takes no empty list. */
function elements(sources: readonly string[]): string {
    return sources.length === 0 ? "" : `\n        elements = { ${sources.join(", ")} }`;
}
