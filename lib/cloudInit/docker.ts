import { CloudInitArgs, HostFile } from "./args";

/** The engine's settings, and what keeps its disk use bounded. */
export function docker({ liveRestore }: CloudInitArgs): HostFile[] {
    const daemon = {
        "log-driver": "json-file",
        "log-opts": { "max-size": "10m", "max-file": "3" },
        "live-restore": liveRestore,
    };
    return [
        { path: DAEMON_CONFIG, content: `${JSON.stringify(daemon, undefined, 2)}\n` },
        {
            path: "/etc/systemd/system/docker.service.d/berth-firewall.conf",
            content: `\
# No container without the rules that keep it off the metadata address.
[Unit]
Requires=berth-firewall.service
After=berth-firewall.service
`,
        },
        ...(liveRestore ? END_LIVE_RESTORE : []),
        { path: "/etc/systemd/system/berth-prune.service", content: PRUNE_SERVICE },
        { path: "/etc/systemd/system/berth-prune.timer", content: PRUNE_TIMER },
    ];
}

const DAEMON_CONFIG = "/etc/docker/daemon.json";
const END_SCRIPT = "/usr/local/sbin/berth-end-live-restore";

/**
 * When the whole host goes down, containers that live on are in nobody's care: they get a plain SIGTERM, and Postgres
 * waits for its clients then. Without live-restore the daemon ends each as it wants to be ended, and takes it for running
 * when it starts again.
 */
const END_LIVE_RESTORE: readonly HostFile[] = [
    {
        path: END_SCRIPT,
        permissions: "0755",
        content: `\
#!/bin/sh
# Makes the Docker daemon stop its containers with itself, if the whole host is on its way down.
set -eu
[ "$(systemctl is-system-running)" = stopping ] || exit 0
sed 's/"live-restore": true/"live-restore": false/' ${DAEMON_CONFIG} >/run/berth-daemon.json
# Only until the host is off.
mount --bind /run/berth-daemon.json ${DAEMON_CONFIG}
kill -HUP "$1"
for _ in $(seq 50); do
    [ "$(docker info --format '{{.LiveRestoreEnabled}}')" = true ] || exit 0
    sleep 0.1
done
`,
    },
    {
        path: "/etc/systemd/system/docker.service.d/berth-end.conf",
        content: `\
[Service]
ExecStop=-${END_SCRIPT} $MAINPID
`,
    },
];

/** Images of earlier releases stay for a rollback, but not for ever. Their age is that of their build. */
const PRUNE_SERVICE = `\
[Unit]
Description=Removal of images that are unused and older than 30 days

[Service]
Type=oneshot
ExecCondition=/usr/bin/systemctl is-active --quiet docker.service
ExecStart=/usr/bin/docker image prune --all --force --filter until=720h
`;

const PRUNE_TIMER = `\
[Unit]
Description=Weekly removal of old images

[Timer]
OnCalendar=weekly
RandomizedDelaySec=6h
Persistent=true

[Install]
WantedBy=timers.target
`;
