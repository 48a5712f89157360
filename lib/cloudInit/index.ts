import { stringify } from "yaml";
import { refuse } from "../problems";
import { CloudInitArgs, HostFile } from "./args";
import { dataDisk } from "./dataDisk";
import { docker } from "./docker";
import { firewall } from "./firewall";
import { SETUP_SCRIPT, setupScript } from "./setup";
import { sshServer, sudoers } from "./ssh";
import { upkeep } from "./upkeep";
import { validateCloudInit } from "./validate";

export { FIREWALL_RULES, renderFirewall } from "./firewall";
export { DATA_FOLDER, DATA_PATH } from "./args";
export type { CloudInitArgs } from "./args";
export { checkAuthorizedKeys, SWAP_MB, validateCloudInit } from "./validate";

/** Debian's own packages, so that unattended upgrades keep them up to date. */
const PACKAGES = [
    "apparmor",
    "ca-certificates",
    "docker.io",
    "e2fsprogs",
    "nftables",
    "sudo",
    "systemd-timesyncd",
    "unattended-upgrades",
];

/**
 * Renders the user data of a Debian 12 or 13 server. Pure: the same arguments give the same bytes. It holds the host's
 * private key, and so is secret. Throws `InvalidInput` when the arguments are not valid.
 */
export function renderCloudInit(args: CloudInitArgs): string {
    refuse("cloud-init", validateCloudInit(args));
    const config = {
        hostname: args.hostname,
        preserve_hostname: false,
        manage_etc_hosts: "localhost",
        locale: "C.UTF-8",
        // cloud-init writes the files first, then installs packages: a service never starts without its settings.
        write_files: hostFiles(args).map(({ path, content, permissions = "0644" }) => ({
            path,
            permissions,
            content,
        })),
        users: [
            {
                name: args.user,
                shell: "/bin/bash",
                groups: ["docker"],
                lock_passwd: true,
                ssh_authorized_keys: args.authorizedKeys.map((key) => key.trim()),
            },
        ],
        disable_root: true,
        ssh_pwauth: false,
        ssh_deletekeys: true,
        ssh_keys: {
            ed25519_private: withNewline(args.hostKey.privateKey),
            ed25519_public: withNewline(args.hostKey.publicKey),
        },
        package_update: true,
        packages: PACKAGES,
        runcmd: [[SETUP_SCRIPT]],
    };
    return `#cloud-config\n${stringify(config, { lineWidth: 0 })}`;
}

function hostFiles(args: CloudInitArgs): HostFile[] {
    return [
        sshServer(args),
        sudoers(args),
        ...firewall(args),
        ...docker(args),
        ...(args.dataDevice === undefined ? [] : dataDisk(args.dataDevice)),
        ...upkeep(args),
        setupScript(args),
    ];
}

function withNewline(text: string): string {
    return text.endsWith("\n") ? text : `${text}\n`;
}
