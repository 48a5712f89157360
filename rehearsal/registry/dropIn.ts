import type { MachineFile } from "../machine";

/**
 * The file with which Debian's engine pulls through a registry: its unit ends in `$DOCKER_OPTS`. The engine's own
 * configuration is the user data's, and it refuses a setting that is given in both places.
 */
export function mirrorDropIn(url: string): MachineFile {
    return {
        path: "/etc/systemd/system/docker.service.d/rehearsal-mirror.conf",
        content: `[Service]\nEnvironment="DOCKER_OPTS=--registry-mirror=${url}"\n`,
    };
}
