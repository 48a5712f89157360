import Docker from "dockerode";
import { availableCapabilities } from "./capabilities";
import { LOOP_MAJOR } from "./disks";
import { machineImage } from "./recipe";

/** The type declarations leave it out. */
type HostConfig = Docker.HostConfig & {
    readonly CgroupnsMode: "host" | "private";
    readonly ReadonlyPaths: string[];
};

/** The engine's own list, with `/proc/sys/net` left out of `/proc/sys`. */
const READONLY_PATHS = [
    ...["asound", "bus", "fs", "irq", "sysrq-trigger"].map((name) => `/proc/${name}`),
    ...["abi", "crypto", "debug", "dev", "fs", "kernel", "user", "vm"].map((name) => `/proc/sys/${name}`),
];

/** The container that is a machine, in the network namespace of its network card. */
export function containerOf(
    name: string,
    networkCard: string,
    labels: Readonly<Record<string, string>> = {},
): Docker.ContainerCreateOptions & { HostConfig: HostConfig } {
    return {
        Image: machineImage(),
        name,
        Labels: { ...labels },
        HostConfig: {
            CapAdd: availableCapabilities(),
            SecurityOpt: ["seccomp=unconfined", "apparmor=unconfined"],
            CgroupnsMode: "host",
            // A server sets its own network's switches. What else stands in /proc/sys is this kernel's, not the machine's.
            ReadonlyPaths: READONLY_PATHS,
            // A server's own /tmp lets programs run.
            Tmpfs: { "/run": "", "/run/lock": "", "/tmp": "exec,mode=1777" },
            Binds: ["/sys/fs/cgroup:/sys/fs/cgroup"],
            // Disks come and go while it runs.
            DeviceCgroupRules: [`b ${LOOP_MAJOR}:* rwm`],
            NetworkMode: `container:${networkCard}`,
        },
    };
}
