import { CloudInitArgs, HostFile } from "./args";

/** What keeps a host going for years: security updates, bounded logs, memory settings, swap. */
export function upkeep({ swapMb }: CloudInitArgs): HostFile[] {
    return [
        { path: "/etc/apt/apt.conf.d/52berth", content: UPGRADES },
        { path: "/etc/systemd/journald.conf.d/berth.conf", content: JOURNAL },
        { path: "/etc/sysctl.d/60-berth.conf", content: SYSCTL },
        ...(swapMb > 0 ? swap(swapMb) : []),
    ];
}

const UPGRADES = `\
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
// A reboot takes every product down: that is for a person to time. /var/run/reboot-required says that one is due.
Unattended-Upgrade::Automatic-Reboot "false";
`;

const JOURNAL = `\
[Journal]
Storage=persistent
SystemMaxUse=500M
`;

const SYSCTL = `\
# Redis forks to save: without this the kernel may refuse, for memory that is never written to.
vm.overcommit_memory = 1
# Swap is there against peaks, not for what databases keep in memory.
vm.swappiness = 10
`;

const SWAP_SCRIPT = "/usr/local/sbin/berth-swap";

function swap(megabytes: number): HostFile[] {
    return [
        {
            path: SWAP_SCRIPT,
            permissions: "0755",
            content: `\
#!/bin/sh
# Makes the swap file where there is none of this size, and uses it.
set -eu
file=/swapfile
size=${megabytes * 1024 * 1024}
in_use() { swapon --show=NAME --noheadings | grep -qxF "$file"; }
if [ "$(stat --format %s "$file" 2>/dev/null || echo none)" != "$size" ]; then
    if in_use; then swapoff "$file"; fi
    rm -f "$file" "$file.new"
    fallocate --length "$size" "$file.new"
    chmod 600 "$file.new"
    mkswap "$file.new"
    # Under its name only when it is whole.
    mv "$file.new" "$file"
fi
in_use || swapon "$file" || echo "There is no swap: this system cannot swap to $file. The host goes on without."
`,
        },
        {
            path: "/etc/systemd/system/berth-swap.service",
            content: `\
[Unit]
Description=Swap file

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${SWAP_SCRIPT}

[Install]
WantedBy=multi-user.target
`,
        },
    ];
}
