import {
    chmodSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProviderClient, secret, UNKNOWN, Values } from "../support/providerClient";

const HOST = "ssh://deploy@192.0.2.7:2222";
const FILES = ["config", "key", "known_hosts"];

let scratch: string;
let folder: string;
let provider: ProviderClient;

beforeEach(async () => {
    scratch = mkdtempSync(join(tmpdir(), "berth-test-ssh-files-"));
    folder = join(scratch, "ssh", "prod");
    provider = await ProviderClient.start();
});

afterEach(() => {
    provider.close();
    rmSync(scratch, { recursive: true });
});

function settings(more: Values = {}): Values {
    return {
        sshFolder: folder,
        sshPrivateKey: secret("the private key"),
        sshHostKey: "ssh-ed25519 AAAA host\n",
        ...more,
    };
}

function modeOf(path: string): string {
    return (statSync(path).mode & 0o777).toString(8);
}

/** A file that was renamed into place is another one, whatever its name. */
function inodes(): number[] {
    return FILES.map((name) => statSync(join(folder, name)).ino);
}

function read(name: string): string {
    return readFileSync(join(folder, name), "utf8");
}

describe("configure with a key", () => {
    it("writes the files that ssh needs, for nobody else to read", async () => {
        await provider.configure(HOST, [], settings());
        expect(modeOf(folder)).toBe("700");
        expect(readdirSync(folder).sort()).toEqual(FILES);
        expect(FILES.map((name) => modeOf(join(folder, name)))).toEqual(["600", "600", "600"]);
        expect(read("key")).toBe("the private key\n");
        expect(read("known_hosts")).toBe("berth-host ssh-ed25519 AAAA host\n");
        expect(
            read("config")
                .split("\n")
                .map((line) => line.trim()),
        ).toEqual([
            "Host host",
            "HostName 192.0.2.7",
            "User deploy",
            "Port 2222",
            "Host *",
            `IdentityFile "${folder}/key"`,
            "IdentitiesOnly yes",
            "HostKeyAlias berth-host",
            `UserKnownHostsFile "${folder}/known_hosts"`,
            "GlobalKnownHostsFile none",
            "StrictHostKeyChecking yes",
            "HostKeyAlgorithms ssh-ed25519",
            "",
        ]);
    });

    it("has the command that makes the connection, where there is one", async () => {
        const sshProxyCommand = "cloudflared access ssh --hostname %h";
        await provider.configure("ssh://[2001:db8::7]", [], settings({ sshProxyCommand }));
        expect(read("config")).toContain("    HostName 2001:db8::7\nHost *\n");
        expect(read("config")).toMatch(/^ {4}ProxyCommand cloudflared access ssh --hostname %h$/m);
    });

    it("leaves files alone that are as they should be, and renames new ones into place", async () => {
        await provider.configure(HOST, [], settings());
        const before = inodes();
        await provider.configure(HOST, [], settings());
        expect(inodes()).toEqual(before);
        await provider.configure(HOST, [], settings({ sshHostKey: "ssh-ed25519 BBBB" }));
        const after = inodes();
        expect(after.map((inode, index) => inode === before[index])).toEqual([true, true, false]);
        expect(read("known_hosts")).toBe("berth-host ssh-ed25519 BBBB\n");
        expect(readdirSync(folder).sort()).toEqual(FILES);
    });

    it("takes what others may read from them again: ssh refuses such a key", async () => {
        mkdirSync(folder, { recursive: true });
        chmodSync(folder, 0o755);
        await provider.configure(HOST, [], settings());
        expect(modeOf(folder)).toBe("700");
        chmodSync(join(folder, "key"), 0o644);
        await provider.configure(HOST, [], settings());
        expect(modeOf(join(folder, "key"))).toBe("600");
    });

    it.each<[string, Values]>([
        ["the address", { host: UNKNOWN }],
        ["the key", { sshPrivateKey: secret(UNKNOWN) }],
        ["the host's key", { sshHostKey: UNKNOWN }],
    ])("writes nothing while something is not known: %s", async (_, more) => {
        await provider.configure(HOST, [], settings(more));
        expect(existsSync(join(scratch, "ssh"))).toBe(false);
        await expect(provider.read("berth:index:SecretVolume", "any", { prefix: "any" })).rejects.toThrow(
            "the Docker engine's address is not known yet",
        );
    });

    it("writes nothing without a folder: the user's own files serve", async () => {
        await provider.configure(HOST);
        expect(existsSync(join(scratch, "ssh"))).toBe(false);
    });
});
