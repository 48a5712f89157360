import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { ensureGitFilter, ensurePassphrase, passphraseFile, settleGit } from "../../tools/setup/state";

let root: string;
const state = () => path.join(root, ".state");
const stackFile = () => path.join(root, "Pulumi.dev.yaml");

beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "berth-state-"));
});

afterEach(() => {
    fs.rmSync(root, { recursive: true });
});

test("a passphrase is made once, long, for its owner's eyes only", () => {
    expect(ensurePassphrase(state(), root)).toBe("generated");
    const first = fs.readFileSync(passphraseFile(state()), "utf8");
    expect(first).toMatch(/^[\w-]{43}$/);
    expect(fs.statSync(passphraseFile(state())).mode & 0o777).toBe(0o600);
    expect(ensurePassphrase(state(), root)).toBe("kept");
    expect(fs.readFileSync(passphraseFile(state()), "utf8")).toBe(first);
    expect(fs.readdirSync(state())).toEqual(["passphrase"]);
});

test("a salt of another passphrase goes with a new one, and stays with an old one", () => {
    fs.writeFileSync(stackFile(), "encryptionsalt: v1:abc=:v1:def\nconfig:\n  berth:domain: localhost\n");
    ensurePassphrase(state(), root);
    expect(fs.readFileSync(stackFile(), "utf8")).toBe("config:\n  berth:domain: localhost\n");
    fs.appendFileSync(stackFile(), "encryptionsalt: v1:own\n");
    ensurePassphrase(state(), root);
    expect(fs.readFileSync(stackFile(), "utf8")).toContain("encryptionsalt: v1:own");
});

test("git does not see the salt that Pulumi writes", async () => {
    const git = (...args: string[]) =>
        execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], {
            cwd: root,
            encoding: "utf8",
            stdio: ["ignore", "pipe", "ignore"],
        });
    git("init", "-q");
    fs.copyFileSync(path.resolve(__dirname, "../../.gitattributes"), path.join(root, ".gitattributes"));
    fs.writeFileSync(stackFile(), "config:\n  berth:domain: localhost\n");
    await ensureGitFilter(root);
    await ensureGitFilter(root);
    git("add", ".");
    git("commit", "-q", "-m", "first");
    fs.appendFileSync(stackFile(), "encryptionsalt: v1:own\n");
    await settleGit(root);
    expect(git("status", "--porcelain")).toBe("");
    fs.appendFileSync(stackFile(), "other: x\n");
    await settleGit(root);
    expect(git("status", "--porcelain")).toBe(" M Pulumi.dev.yaml\n");
    git("commit", "-q", "-a", "-m", "second");
    expect(git("show", "HEAD:Pulumi.dev.yaml")).not.toContain("encryptionsalt");
    expect(fs.readFileSync(stackFile(), "utf8")).toContain("encryptionsalt");
});

test("a folder that is no checkout is left alone", async () => {
    await ensureGitFilter(root);
    expect(fs.readdirSync(root)).toEqual([]);
});
