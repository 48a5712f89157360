import { KeyObject } from "node:crypto";

/** A pair of keys as OpenSSH's programs read them. */
export interface OpenSshKeyPair {
    readonly privateKey: string;
    /** `ssh-ed25519 …`, without a comment. */
    readonly publicKey: string;
}

const TYPE = "ssh-ed25519";
const MAGIC = Buffer.from("openssh-key-v1\0");

/** The private part is padded to whole blocks; these eight bytes are the block of no cipher. */
const BLOCK = 8;

/**
 * Writes an ed25519 key in OpenSSH's format (PROTOCOL.key in its source), without a passphrase. Here and not by a library:
 * `ssh2` strips leading zeroes of the public key, and one pair in 256 that it makes is none.
 */
export function toOpenSsh(key: KeyObject): OpenSshKeyPair {
    const { d, x } = key.export({ format: "jwk" });
    if (key.asymmetricKeyType !== "ed25519" || d === undefined || x === undefined) {
        throw new Error("is no private ed25519 key");
    }
    const [seed, point] = [Buffer.from(d, "base64url"), Buffer.from(x, "base64url")];
    const publicBlob = Buffer.concat([text(TYPE), text(point)]);
    // Twice the same number, by which a reader of an encrypted key tells a wrong passphrase: here any will do.
    const check = number(0);
    const fields = Buffer.concat([check, check, publicBlob, text(Buffer.concat([seed, point])), text("")]);
    const padding = Buffer.from(
        Array.from({ length: (BLOCK - (fields.length % BLOCK)) % BLOCK }, (_, index) => index + 1),
    );
    const whole = Buffer.concat([
        MAGIC,
        text("none"),
        text("none"),
        text(""),
        number(1),
        text(publicBlob),
        text(Buffer.concat([fields, padding])),
    ]);
    return { privateKey: armoured(whole), publicKey: `${TYPE} ${publicBlob.toString("base64")}` };
}

function armoured(content: Buffer): string {
    const lines = content.toString("base64").match(/.{1,70}/g) ?? [];
    return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join(
        "\n",
    );
}

/** A string as SSH writes it: its length, then its bytes. */
function text(content: string | Buffer): Buffer {
    const bytes = Buffer.from(content);
    return Buffer.concat([number(bytes.length), bytes]);
}

function number(value: number): Buffer {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
}
