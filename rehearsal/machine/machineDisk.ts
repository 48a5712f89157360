import { FileToPut } from "../../providers/engine/files";
import { LOOP_MAJOR } from "./disks";

/** A disk of a machine. */
export interface MachineDisk {
    /** Name of its device on the machine: a path below /dev. */
    readonly device: string;
    /** Number of the loop device that it is: `Disks` gives it. */
    readonly loop: number;
}

/** Where systemd looks for what to make at each boot: a container's /dev begins empty. */
export const DEVICES_FOLDER = "/etc/tmpfiles.d";

/** What makes a disk's device and the link to it; once more, where another disk had the number before. */
export function deviceFile({ device, loop }: MachineDisk): FileToPut {
    return {
        name: fileName(device),
        content: `b+ /dev/loop${loop} 0660 root disk - ${LOOP_MAJOR}:${loop}\nL+ ${device} - - - - /dev/loop${loop}\n`,
    };
}

/** In its place, once the disk is gone. */
export function noDeviceFile({ device }: MachineDisk): FileToPut {
    return { name: fileName(device), content: "" };
}

function fileName(device: string): string {
    return `disk-${device.split("/").at(-1) ?? ""}.conf`;
}

/**
 * For Perl, which every Debian has. Ends the file systems of disks, wherever they are mounted, as a disk ends that is
 * pulled: what the kernel had not written yet is lost, and who asks for anything gets an I/O error. The number is that of
 * the ioctl SHUTDOWN, which ext4 and XFS share; 2 says that not even the journal is written.
 */
const PULL = `
my %wanted = map { $_ => 1 } @ARGV;
open my $mounts, "<", "/proc/self/mountinfo" or die "mountinfo: $!\\n";
while (<$mounts>) {
    my (undef, undef, $device, undef, $path) = split / /;
    next unless delete $wanted{$device};
    $path =~ s/\\\\([0-7]{3})/chr oct $1/ge;
    open my $folder, "<", $path or die "$path: $!\\n";
    my $how = pack "L", 2;
    ioctl $folder, 0x8004587d, $how or die "$path: $!\\n";
}`;

/** A command that pulls disks from a running machine. */
export function pull(disks: readonly MachineDisk[]): string[] {
    return ["perl", "-e", PULL, ...disks.map(({ loop }) => `${LOOP_MAJOR}:${loop}`)];
}
