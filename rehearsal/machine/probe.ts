import { Machine } from "./machine";

/** A small image on a machine's own engine, which can pull none. */
export const PROBE_IMAGE = "probe:1";

/** Makes the image out of the machine's busybox: all its programs, and nothing else. */
export async function loadProbeImage(machine: Machine): Promise<void> {
    await machine.shell(
        `root=$(mktemp -d)
        mkdir "$root/bin"
        cp /bin/busybox "$root/bin"
        chroot "$root" /bin/busybox --install /bin
        tar -C "$root" -c . | docker import - ${PROBE_IMAGE}
        rm -r "$root"`,
    );
}
