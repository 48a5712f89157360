import { availableCapabilities } from "../../rehearsal/machine/capabilities";
import { filesOf } from "../../rehearsal/machine/firstBoot";
import { isTooEarly } from "../../rehearsal/machine/machine";
import { deviceFile, noDeviceFile } from "../../rehearsal/machine/machineDisk";
import { addressOn } from "../../rehearsal/machine/network";
import { machineImage, PACKAGES } from "../../rehearsal/machine/recipe";
import { renderCloudInit } from "../../lib/cloudInit";
import { parse } from "yaml";

describe("a machine", () => {
    it("gets the capabilities that there are, by their numbers", () => {
        expect(availableCapabilities("Name:\tnode\nCapBnd:\t0000000000000003\nSeccomp:\t0\n")).toEqual([
            "CHOWN",
            "DAC_OVERRIDE",
        ]);
        const all = availableCapabilities("CapBnd:\t000001ffffffffff\n");
        expect(all).toHaveLength(38);
        expect([all[12], all[21], all[37]]).toEqual(["NET_ADMIN", "SYS_ADMIN", "AUDIT_READ"]);
        expect(availableCapabilities("CapBnd:\t000001fffeffffff\n")).toEqual(
            all.filter((name) => name !== "SYS_RESOURCE"),
        );
    });

    it("has an address behind the gateway's", () => {
        expect(addressOn({ gateway: "172.20.0.1" }, 1)).toBe("172.20.0.2");
        expect(addressOn({ gateway: "10.0.8.1" }, 20)).toBe("10.0.8.21");
    });

    it("is asked again as long as its first process can't be asked", () => {
        const early = ["offline\n", "Failed to connect to bus: No such file or directory\n"];
        expect(early.map(isTooEarly)).toEqual([true, true]);
        expect(["running\n", "degraded\n", "starting\n"].map(isTooEarly)).toEqual([false, false, false]);
    });

    it("comes from an image that is named after its recipe", () => {
        expect(machineImage()).toMatch(/^berth-machine:[0-9a-f]{16}$/);
        expect(machineImage()).toBe(machineImage());
    });

    it("finds its user data, and what else it is given, at its first boot", () => {
        const boot = { instance: "test-shop-7", hostname: "shop", userData: "#cloud-config\n" };
        const files = [{ path: "/etc/a.conf", content: "a", mode: 0o600 }];
        const seed = [
            { name: "var/lib/cloud/seed/nocloud/user-data", content: "#cloud-config\n", mode: 0o600 },
            {
                name: "var/lib/cloud/seed/nocloud/meta-data",
                content:
                    '{"instance-id":"test-shop-7","local-hostname":"shop","public-keys":["ssh-ed25519 A"]}\n',
            },
        ];
        const publicKeys = ["ssh-ed25519 A"];
        expect(filesOf({ ...boot, publicKeys, files: [], dns: [] })).toEqual(seed);
        expect(filesOf({ ...boot, publicKeys, files, dns: ["192.0.2.1", "192.0.2.2"] })).toEqual([
            ...seed,
            {
                name: "etc/tmpfiles.d/resolvers.conf",
                content:
                    "f+ /etc/resolv.conf 0644 root root - nameserver 192.0.2.1\\nnameserver 192.0.2.2\\n\n",
            },
            { name: "etc/a.conf", content: "a", mode: 0o600 },
        ]);
    });

    it("has a disk's device from a file of systemd's, which is empty once it is gone", () => {
        const disk = { device: "/dev/disk/by-id/scsi-0HC_Volume_7", loop: 3 };
        const name = "disk-scsi-0HC_Volume_7.conf";
        expect(deviceFile(disk)).toEqual({
            name,
            content:
                "b+ /dev/loop3 0660 root disk - 7:3\nL+ /dev/disk/by-id/scsi-0HC_Volume_7 - - - - /dev/loop3\n",
        });
        expect(noDeviceFile(disk)).toEqual({ name, content: "" });
    });

    it("brings every package that user data asks for: it can install none", () => {
        const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nYQ==\n-----END OPENSSH PRIVATE KEY-----\n";
        const { packages } = parse(
            renderCloudInit({
                hostname: "a",
                user: "deploy",
                authorizedKeys: ["ssh-ed25519 AAAA"],
                hostKey: { privateKey: key, publicKey: "ssh-ed25519 AAAA" },
                sshFrom: [],
                swapMb: 0,
                liveRestore: true,
            }),
        ) as { packages: string[] };
        expect(packages.filter((name) => !PACKAGES.includes(name))).toEqual([]);
    });
});
