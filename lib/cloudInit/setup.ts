import { CloudInitArgs, HostFile } from "./args";
import { DATA_PATH_UNIT } from "./dataDisk";

/** Brings the host's services in line with its files. cloud-init's last step; it may run again at any time. */
export const SETUP_SCRIPT = "/usr/local/sbin/berth-setup";

/** Renders the script. Its first failure ends it, and `cloud-init status` with it. */
export function setupScript({ dataDevice, swapMb }: CloudInitArgs): HostFile {
    const services = [
        "systemd-timesyncd.service",
        "berth-firewall.service",
        ...(swapMb > 0 ? ["berth-swap.service"] : []),
        "berth-prune.timer",
        ...(dataDevice === undefined ? [] : [DATA_PATH_UNIT]),
    ];
    const content = `\
#!/bin/sh
set -eu
doing=
step() { doing=$1; }
trap 'code=$?; [ "$code" -eq 0 ] || echo "berth-setup failed at: $doing" >&2' EXIT

step "the SSH server's settings"
sshd -t
systemctl reload-or-restart ssh.service

step "locking root's password"
usermod --lock root

step "the client of Docker"
# In Debian 12 it is part of docker.io; in 13 a package of its own, which 12 does not know.
command -v docker || DEBIAN_FRONTEND=noninteractive apt-get install --yes docker-cli

step "system services"
systemctl daemon-reload
systemctl restart systemd-journald.service systemd-sysctl.service
systemctl enable --now ${services.join(" ")}
systemctl reload berth-firewall.service

step "Docker"
systemctl enable docker.service
${dataDevice === undefined ? "systemctl start docker.service" : startOnDisk(dataDevice)}
`;
    return { path: SETUP_SCRIPT, content, permissions: "0755" };
}

/** Starting waits for a disk that is on its way. One that is not there in the end is no failure of this host. */
function startOnDisk(device: string): string {
    return `\
if ! systemctl start docker.service; then
    if [ -e ${device} ]; then
        systemctl status --no-pager --full mnt-data.mount docker.service >&2 || true
        exit 1
    fi
    echo "The data disk ${device} is missing: Docker starts when it appears."
fi`;
}
