import { DATA_FOLDER, DATA_PATH, HostFile } from "./args";

/** Turns up once more in the drop-ins of Docker's units. */
const DATA_SERVICE = "berth-data.service";

/** Started with the host; starts the rest when the disk appears. */
export const DATA_PATH_UNIT = "berth-data.path";

/**
 * Docker starts only on a mounted disk: a database must never find an empty folder on the root disk and take it for its
 * own. The boot goes on without the disk, and Docker starts by itself when it appears.
 */
export function dataDisk(device: string): HostFile[] {
    return [
        unit(
            "berth-mount-point.service",
            `\
[Unit]
Description=Empty mount point that nothing can write to
DefaultDependencies=no
After=local-fs-pre.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/mkdir -p ${DATA_PATH}
# Not every file system knows the attribute; the order of the units holds without it.
ExecStart=/bin/sh -c 'mountpoint -q ${DATA_PATH} || chattr +i ${DATA_PATH} || echo "${DATA_PATH} stays writable"'
`,
        ),
        // Without "nofail" systemd has it mounted before anything else starts, the SSH server included.
        unit(
            "mnt-data.mount",
            `\
[Unit]
Description=Data disk
Requires=berth-mount-point.service
After=berth-mount-point.service

[Mount]
What=${device}
Where=${DATA_PATH}
Type=ext4
Options=nofail,discard,nodev,nosuid
`,
        ),
        unit(
            DATA_SERVICE,
            `\
[Unit]
Description=Folder for databases on the data disk
RequiresMountsFor=${DATA_PATH}
Before=docker.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/install --directory --owner root --group root --mode 0711 ${DATA_FOLDER}
`,
        ),
        // A disk that is attached after the boot. A path starts its unit whenever that is not active: Docker itself could
        // never be stopped, and a disk that cannot be mounted would be tried over and over.
        unit(
            DATA_PATH_UNIT,
            `\
[Unit]
Description=Appearance of the data disk

[Path]
PathExists=${device}
Unit=berth-data-found.service

[Install]
WantedBy=multi-user.target
`,
        ),
        unit(
            "berth-data-found.service",
            `\
[Unit]
Description=Start of Docker on the data disk

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/systemctl start --no-block docker.service
`,
        ),
        unit(
            "docker.service.d/berth-data.conf",
            `\
[Unit]
RequiresMountsFor=${DATA_PATH}
Requires=${DATA_SERVICE}
After=${DATA_SERVICE}
`,
        ),
        // No socket either: each client's first byte would ask for Docker again. Without the default dependencies no
        // other socket of the system waits for this one, and so for the disk.
        unit(
            "docker.socket.d/berth-data.conf",
            `\
[Unit]
DefaultDependencies=no
Requires=${DATA_SERVICE}
After=sysinit.target ${DATA_SERVICE}
Before=shutdown.target
Conflicts=shutdown.target
`,
        ),
    ];
}

function unit(name: string, content: string): HostFile {
    return { path: `/etc/systemd/system/${name}`, content };
}
