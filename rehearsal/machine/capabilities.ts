import { readFileSync } from "node:fs";

/** Linux' capabilities in the order of their numbers, but for the newest, which an older engine refuses. */
const NAMES = [
    ...["CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID"],
    ...["SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW"],
    ...["IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT"],
    ...["SYS_ADMIN", "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE"],
    ...["AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM"],
    ...["BLOCK_SUSPEND", "AUDIT_READ"],
];

/**
 * The capabilities that a container can be given here. "All" and privileged containers fail where the engine itself lacks
 * one; the engine has those of this machine.
 */
export function availableCapabilities(status: string = ownStatus()): string[] {
    const mask = BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
    return NAMES.filter((_, bit) => (mask & (1n << BigInt(bit))) !== 0n);
}

function ownStatus(): string {
    return readFileSync("/proc/self/status", "utf8");
}
