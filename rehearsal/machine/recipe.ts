import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Debian's release on the machines. */
export const SUITE = "bookworm";

/**
 * What a cloud's Debian image brings, and what our user data asks for: packages cannot be had in a rehearsal.
 * `python3-cffi-backend` is a virtual package's choice without which cloud-init stays unconfigured, and silent. The test
 * images for the engine inside are made of `busybox-static`.
 */
export const PACKAGES: readonly string[] = [
    ...["systemd", "systemd-sysv", "dbus", "libpam-systemd", "udev", "systemd-timesyncd"],
    ...[
        "cloud-init",
        "python3-cffi-backend",
        "openssh-server",
        "sudo",
        "ca-certificates",
        "locales",
        "netbase",
    ],
    ...["docker.io", "apparmor", "iptables", "nftables", "unattended-upgrades"],
    ...["iproute2", "procps", "e2fsprogs", "kmod", "busybox-static"],
];

/** Dockerfile and files of the image. */
export const IMAGE_FOLDER = join(__dirname, "image");

/** Name of the image: another recipe is another image. */
export function machineImage(): string {
    const hash = createHash("sha256").update(JSON.stringify([SUITE, PACKAGES, process.arch]));
    for (const name of readdirSync(IMAGE_FOLDER).sort()) {
        hash.update(`\0${name}\0`).update(readFileSync(join(IMAGE_FOLDER, name)));
    }
    return `berth-machine:${hash.digest("hex").slice(0, 16)}`;
}
