/** Where the data volume is mounted on every server. */
export const DATA_PATH = "/mnt/data";

/** Folder on the data volume that holds the folders of databases. It is made on the volume only, never on the root disk. */
export const DATA_FOLDER = `${DATA_PATH}/berth`;

/** What one server has to become at its first boot. */
export interface CloudInitArgs {
    /** Name of the server: one DNS label. */
    readonly hostname: string;
    /** Login name that deploys: has Docker, and may use sudo without a password. */
    readonly user: string;
    /** Public keys that let the user in, one line of an `authorized_keys` file each. */
    readonly authorizedKeys: readonly string[];
    /** The server's only host key, ed25519: given to it, so that clients can know it before the first login. */
    readonly hostKey: {
        /** Secret. PEM as OpenSSH writes it. */
        readonly privateKey: string;
        /** `ssh-ed25519 …` */
        readonly publicKey: string;
    };
    /**
     * Device of the data volume, formatted as ext4: `/dev/disk/by-id/scsi-0HC_Volume_<id>` at Hetzner. It may appear
     * after the server has booted.
     * @default no data volume: nothing of Docker waits for one
     */
    readonly dataDevice?: string;
    /** Sources, as IPv4 or IPv6 CIDRs, that the limit of SSH connections exempts. */
    readonly sshFrom: readonly string[];
    /** Size of the swap file in MB, 0 for none. */
    readonly swapMb: number;
    /** Containers live on while the Docker daemon restarts, for an upgrade of it. Swarm forbids it. */
    readonly liveRestore: boolean;
}

/** A file on the server. */
export interface HostFile {
    readonly path: string;
    readonly content: string;
    /** @default "0644" */
    readonly permissions?: string;
}
