import fc from "fast-check";
import { parse } from "yaml";
import {
    CloudInitArgs,
    DATA_FOLDER,
    DATA_PATH,
    renderCloudInit,
    validateCloudInit,
} from "../../lib/cloudInit";

const privateKey = [
    "-----BEGIN OPENSSH PRIVATE KEY-----",
    "bm90IGEga2V5",
    "-----END OPENSSH PRIVATE KEY-----",
    "",
].join("\n");

const args: CloudInitArgs = {
    hostname: "shop-prod",
    user: "deploy",
    authorizedKeys: ["ssh-ed25519 AAAAclient ci", "ssh-ed25519 AAAAother\n"],
    hostKey: { privateKey, publicKey: "ssh-ed25519 AAAAhost" },
    dataDevice: "/dev/disk/by-id/scsi-0HC_Volume_42",
    sshFrom: ["198.51.100.7/32", "2001:db8::/48"],
    swapMb: 2048,
    liveRestore: true,
};

interface Config {
    readonly hostname: string;
    readonly users: readonly { readonly name: string; readonly ssh_authorized_keys: readonly string[] }[];
    readonly write_files: readonly {
        readonly path: string;
        readonly content: string;
        readonly permissions: string;
    }[];
    readonly ssh_keys: Readonly<Record<string, string>>;
    readonly packages: readonly string[];
    readonly runcmd: readonly (readonly string[])[];
}

function configOf(more: Partial<CloudInitArgs> = {}): Config {
    return parse(renderCloudInit({ ...args, ...more })) as Config;
}

function file(path: string, more: Partial<CloudInitArgs> = {}): string | undefined {
    return configOf(more).write_files.find((each) => each.path === path)?.content;
}

const unit = (name: string) => `/etc/systemd/system/${name}`;

describe("user data", () => {
    it("of a server with everything", () => {
        expect(renderCloudInit(args)).toMatchSnapshot();
    });

    it("starts with the line that cloud-init tells it by, and is the same for the same arguments", () => {
        expect(renderCloudInit(args)).toMatch(/^#cloud-config\n/);
        expect(renderCloudInit({ ...args })).toBe(renderCloudInit(args));
    });

    it("fits into what Hetzner takes", () => {
        expect(Buffer.byteLength(renderCloudInit(args))).toBeLessThan(32 * 1024);
    });

    it("holds the host's private key once, where cloud-init looks for it", () => {
        const config = configOf();
        expect(config.ssh_keys).toEqual({
            ed25519_private: privateKey,
            ed25519_public: "ssh-ed25519 AAAAhost\n",
        });
        expect(renderCloudInit(args).split("BEGIN OPENSSH PRIVATE KEY")).toHaveLength(2);
    });

    it("lets one user in, by key only", () => {
        expect(configOf().users).toEqual([
            {
                name: "deploy",
                shell: "/bin/bash",
                groups: ["docker"],
                lock_passwd: true,
                ssh_authorized_keys: ["ssh-ed25519 AAAAclient ci", "ssh-ed25519 AAAAother"],
            },
        ]);
        expect(file("/etc/sudoers.d/90-berth")).toBe("deploy ALL=(ALL) NOPASSWD:ALL\n");
        const lines = file("/etc/ssh/sshd_config.d/10-berth.conf")?.split("\n");
        expect(lines).toEqual(
            expect.arrayContaining([
                "AllowUsers deploy",
                "PermitRootLogin no",
                "PasswordAuthentication no",
                "KbdInteractiveAuthentication no",
                "HostKey /etc/ssh/ssh_host_ed25519_key",
            ]),
        );
    });

    it("sorts the sources that may log in often by their kind, and leaves an empty list out", () => {
        const rules = file("/etc/berth/firewall.nft");
        expect(rules?.match(/elements = .*/g)).toEqual([
            "elements = { 198.51.100.7/32 }",
            "elements = { 2001:db8::/48 }",
        ]);
        expect(file("/etc/berth/firewall.nft", { sshFrom: [] })).not.toContain("elements");
    });

    it("never flushes rules that are not its own", () => {
        const rules = file("/etc/berth/firewall.nft") ?? "";
        expect(rules).not.toContain("flush");
        expect(rules.match(/^ *(table|delete) .*$/gm)).toEqual([
            "table inet berth",
            "delete table inet berth",
            "table inet berth {",
        ]);
    });

    it("starts Docker, service and socket, only with the mounted disk", () => {
        expect(file(unit("docker.service.d/berth-data.conf"))).toContain(`RequiresMountsFor=${DATA_PATH}\n`);
        expect(file(unit("docker.socket.d/berth-data.conf"))).toContain("Requires=berth-data.service\n");
        expect(file(unit("berth-data.service"))).toContain(`RequiresMountsFor=${DATA_PATH}\n`);
        expect(file(unit("berth-data.service"))).toContain(` ${DATA_FOLDER}\n`);
        expect(file(unit("mnt-data.mount"))).toMatch(
            /What=\/dev\/disk\/by-id\/scsi-0HC_Volume_42\nWhere=\/mnt\/data\nType=ext4\nOptions=nofail,/,
        );
        expect(file(unit("berth-data.path"))).toContain(
            "PathExists=/dev/disk/by-id/scsi-0HC_Volume_42\nUnit=berth-data-found.service\n",
        );
    });

    it("of a server without a data disk has nothing that waits for one", () => {
        const text = renderCloudInit({ ...args, dataDevice: undefined });
        expect(text).not.toContain(DATA_PATH);
        expect(text).not.toContain("berth-data");
    });

    it("of a server without swap makes none", () => {
        expect(renderCloudInit({ ...args, swapMb: 0 })).not.toMatch(/swap(on|file|off)|berth-swap/);
        expect(file("/usr/local/sbin/berth-swap", { swapMb: 3 })).toContain("size=3145728\n");
    });

    it("says whether containers live on without the daemon", () => {
        const daemon = (liveRestore: boolean) =>
            JSON.parse(file("/etc/docker/daemon.json", { liveRestore }) ?? "") as Record<string, unknown>;
        expect(daemon(true)).toEqual({
            "log-driver": "json-file",
            "log-opts": { "max-size": "10m", "max-file": "3" },
            "live-restore": true,
        });
        expect(daemon(false)["live-restore"]).toBe(false);
    });

    it("enables the units that it writes, and runs the program that it writes", () => {
        const { write_files: files, runcmd } = configOf();
        const script = files.find(({ path }) => path === runcmd[0]?.[0]);
        expect(script?.permissions).toBe("0755");
        const enabled = /^systemctl enable --now (.*)$/m.exec(script?.content ?? "")?.[1]?.split(" ") ?? [];
        const own = enabled.filter((name) => name.startsWith("berth-"));
        const installable = files.filter(({ content }) => content.includes("[Install]"));
        expect(own.map(unit).sort()).toEqual(installable.map(({ path }) => path).sort());
    });

    it("parses back to the values that it was rendered from", () => {
        const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/);
        const source = fc.oneof(fc.tuple(fc.ipV4(), fc.constant(32)), fc.tuple(fc.ipV6(), fc.constant(128)));
        const key = fc.stringMatching(/^ssh-ed25519 [A-Za-z0-9+/]{1,60}( [!-~][ -~]{0,30}[!-~])?$/);
        fc.assert(
            fc.property(
                label,
                fc.stringMatching(/^[a-z_][a-z0-9_-]{0,31}$/).filter((user) => user !== "root"),
                fc.array(source, { maxLength: 8 }),
                fc.array(key, { minLength: 1, maxLength: 4 }),
                (hostname, user, pairs, authorizedKeys) => {
                    const sshFrom = pairs.map(([address, prefix]) => `${address}/${prefix}`);
                    const given = { ...args, hostname, user, sshFrom, authorizedKeys };
                    const config = configOf(given);
                    expect(config.hostname).toBe(hostname);
                    expect(config.users.map((each) => [each.name, each.ssh_authorized_keys])).toEqual([
                        [user, authorizedKeys],
                    ]);
                    const rules = config.write_files.find(({ path }) => path === "/etc/berth/firewall.nft");
                    const listed = [...(rules?.content ?? "").matchAll(/elements = \{ (.*) \}/g)];
                    expect(listed.flatMap(([, list = ""]) => list.split(", ")).sort()).toEqual(
                        [...sshFrom].sort(),
                    );
                },
            ),
        );
    });
});

describe("what cannot be", () => {
    it("is refused all at once, without a word of what is secret", () => {
        const wrong: CloudInitArgs = {
            ...args,
            hostname: "Shop.example",
            user: "root",
            authorizedKeys: ['command="x" ssh-ed25519 AAAA'],
            hostKey: { privateKey: "hush-hush", publicKey: "ssh-rsa AAAA" },
            dataDevice: "/dev/../etc/a b",
            sshFrom: ["198.51.100.7", "fe80::1%eth0/64", "198.51.100.0/33"],
            swapMb: -1,
        };
        expect(() => renderCloudInit(wrong)).toThrow(
            [
                "cloud-init: 10 problems, nothing was touched.",
                '  hostname: "Shop.example" is no host\'s name: lower-case letters, digits and hyphens, at most 63 characters, no dots',
                '  user: "root" is no login name: lower-case letters, digits, hyphens and underscores, starting with a letter, at most 32 characters, and not root',
                '  authorizedKeys[0]: is no public key: one line, like "ssh-ed25519 AAAA… name"',
                "  hostKey.privateKey: is no private key in OpenSSH's format",
                '      ssh-keygen -q -t ed25519 -N "" -f host',
                '  hostKey.publicKey: is no ed25519 key: one line, like "ssh-ed25519 AAAA…"',
                '  dataDevice: "/dev/../etc/a b" is no device: a path below /dev without spaces or special characters',
                '  sshFrom[0]: "198.51.100.7" is no network: an address, a slash and the number of its fixed bits',
                "      198.51.100.7/32 for this one address",
                '  sshFrom[1]: "fe80::1%eth0/64" is no network: an address, a slash and the number of its fixed bits',
                "      203.0.113.7/32 for one address",
                '  sshFrom[2]: "198.51.100.0/33" is no network: an address, a slash and the number of its fixed bits',
                "      203.0.113.7/32 for one address",
                "  swapMb: -1 is not allowed: a whole number from 0 to 65536",
            ].join("\n"),
        );
    });

    it("is a server that nobody can log in to", () => {
        expect(validateCloudInit({ ...args, authorizedKeys: [] })).toEqual([
            { path: "authorizedKeys", message: "is empty: nobody could log in" },
        ]);
    });

    it("is a value that ends its line", () => {
        const valueWith = (text: string) => fc.tuple(fc.string(), fc.string()).map(([a, b]) => a + text + b);
        fc.assert(
            fc.property(valueWith("\n"), (text) => {
                const paths = validateCloudInit({
                    ...args,
                    hostname: text,
                    user: text,
                    dataDevice: text,
                    sshFrom: [text],
                }).map(({ path }) => path);
                expect(paths).toEqual(["hostname", "user", "dataDevice", "sshFrom[0]"]);
            }),
        );
    });
});
