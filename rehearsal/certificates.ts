import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isIPv4, isIPv6 } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";

/** A certificate and its key, both as PEM. */
export interface Certificate {
    readonly certificate: string;
    readonly key: string;
}

/** What a certificate is for: at least one of either. */
export interface CertificateNames {
    /** Host names; one may begin with `*.`. @default none */
    readonly hosts?: readonly string[];
    /** IP addresses. @default none */
    readonly addresses?: readonly string[];
}

/** A certificate authority of our own, for what is inside a rehearsal. */
export interface Authority {
    /** Its certificate, as PEM: who trusts this one trusts all that it issues. */
    readonly certificate: string;
    /** Issues a certificate for servers, good for as long as the authority's own. Throws for names that are none. */
    issue(names: CertificateNames): Promise<Certificate>;
}

/** A rehearsal that is kept is looked at for days, not months. */
const DAYS = 30;

const AUTHORITY = ["basicConstraints = critical, CA:true", "keyUsage = critical, keyCertSign, cRLSign"];
const SERVER = [
    "basicConstraints = critical, CA:false",
    "keyUsage = critical, digitalSignature",
    "extendedKeyUsage = serverAuth",
];

/** Makes an authority. Its key stays in this process. */
export async function createAuthority(name: string): Promise<Authority> {
    const own = await make(name, AUTHORITY);
    return {
        certificate: own.certificate,
        issue: async (names) => await make("rehearsal", [...SERVER, alternativeNames(names)], own),
    };
}

function alternativeNames({ hosts = [], addresses = [] }: CertificateNames): string {
    const bad = [
        ...hosts.filter((host) => !/^(\*\.)?[A-Za-z0-9.-]+$/.test(host)),
        ...addresses.filter((address) => !isIPv4(address) && !isIPv6(address)),
    ];
    if (bad.length > 0 || hosts.length + addresses.length === 0) {
        throw new Error(
            `no certificate for ${bad.join(", ") || "nothing"}: it takes host names and addresses`,
        );
    }
    const all = [...hosts.map((host) => `DNS:${host}`), ...addresses.map((address) => `IP:${address}`)];
    return `subjectAltName = ${all.join(", ")}`;
}

async function make(name: string, extensions: readonly string[], issuer?: Certificate): Promise<Certificate> {
    const folder = mkdtempSync(join(tmpdir(), "berth-certificate-"));
    const file = (end: string) => join(folder, end);
    try {
        // A file of our own: with the machine's, every certificate would be an authority's, and as Debian wishes.
        writeFileSync(file("config"), configuration(name, extensions));
        const by = issuer === undefined ? [] : ["-CA", file("ca"), "-CAkey", file("ca-key")];
        if (issuer !== undefined) {
            writeFileSync(file("ca"), issuer.certificate);
            writeFileSync(file("ca-key"), issuer.key, { mode: 0o600 });
        }
        const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
        const files = ["-config", file("config"), "-keyout", file("key"), "-out", file("certificate")];
        await execa("openssl", ["req", "-x509", "-days", String(DAYS), ...kind, ...files, ...by]);
        return {
            certificate: readFileSync(file("certificate"), "utf8"),
            key: readFileSync(file("key"), "utf8"),
        };
    } finally {
        rmSync(folder, { recursive: true });
    }
}

function configuration(name: string, extensions: readonly string[]): string {
    return [
        ...["[req]", "distinguished_name = subject", "x509_extensions = extensions", "prompt = no"],
        ...["[subject]", `CN = ${name}`],
        ...["[extensions]", "subjectKeyIdentifier = hash", ...extensions],
        "",
    ].join("\n");
}
