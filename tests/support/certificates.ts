import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";

/** A certificate that a host signed itself, and its key, as texts. */
export interface Certificate {
    readonly certificate: string;
    readonly key: string;
}

const KEYS = {
    ecdsa: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
    rsa: ["-newkey", "rsa:2048"],
} as const;

/** A certificate for some hosts that is good for a day. */
export async function selfSigned(kind: keyof typeof KEYS, hosts: readonly string[]): Promise<Certificate> {
    const folder = mkdtempSync(join(tmpdir(), "berth-test-certificate-"));
    const [key, certificate] = [join(folder, "key"), join(folder, "certificate")];
    try {
        const names = hosts.map((host) => `DNS:${host}`).join(",");
        const subject = ["-subj", `/CN=${hosts[0] ?? ""}`, "-addext", `subjectAltName=${names}`];
        const files = ["-keyout", key, "-out", certificate];
        await execa("openssl", ["req", "-x509", "-nodes", "-days", "1", ...KEYS[kind], ...subject, ...files]);
        return { certificate: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
    } finally {
        rmSync(folder, { recursive: true });
    }
}
