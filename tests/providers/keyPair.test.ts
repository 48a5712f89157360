import { createHash, createPrivateKey, generateKeyPairSync, KeyObject } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";
import { toOpenSsh } from "../../providers/engine/openssh";
import { ProviderClient, secret, UNKNOWN } from "../support/providerClient";

const KEYS = "berth:index:KeyPair";
const folder = mkdtempSync(join(tmpdir(), "berth-test-keys-"));

afterAll(() => rmSync(folder, { recursive: true }));

/** The public key that OpenSSH itself finds in a private one. */
async function publicKeyOf(privateKey: string): Promise<string> {
    const file = join(folder, "key");
    writeFileSync(file, privateKey, { mode: 0o600 });
    return (await execa("ssh-keygen", ["-y", "-P", "", "-f", file])).stdout.trim();
}

/** A key out of its 32 bytes: what stands before them in PKCS #8 is the same for all. */
function keyOf(seed: Buffer): KeyObject {
    const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
    return createPrivateKey({ key: der, format: "der", type: "pkcs8" });
}

function startsWithZero(key: KeyObject, part: "d" | "x"): boolean {
    return Buffer.from(key.export({ format: "jwk" })[part] ?? "", "base64url")[0] === 0;
}

/** The first of a row of keys that is the same in every run. */
function firstThat(holds: (key: KeyObject) => boolean): KeyObject {
    for (let count = 0; ; count += 1) {
        const key = keyOf(createHash("sha256").update(`key ${count}`).digest());
        if (holds(key)) {
            return key;
        }
    }
}

describe("a key in OpenSSH's format", () => {
    it.each([
        ["any", () => true],
        ["one whose public part starts with a zero", (key: KeyObject) => startsWithZero(key, "x")],
        ["one whose private part starts with a zero", (key: KeyObject) => startsWithZero(key, "d")],
    ])("is read by OpenSSH, which finds the same public key in it: %s", async (_, holds) => {
        const { privateKey, publicKey } = toOpenSsh(firstThat(holds));
        expect(publicKey).toMatch(/^ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43}$/);
        expect(await publicKeyOf(privateKey)).toBe(publicKey);
    });

    it("is made of a private ed25519 key only", () => {
        const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
        const { publicKey } = generateKeyPairSync("ed25519");
        for (const key of [rsa.privateKey, rsa.publicKey, publicKey]) {
            expect(() => toOpenSsh(key)).toThrow("is no private ed25519 key");
        }
    });
});

describe("a pair of keys", () => {
    let provider: ProviderClient;
    beforeAll(async () => {
        provider = await ProviderClient.start();
        await provider.configure("unix:///nowhere/docker.sock");
    });
    afterAll(() => provider.close());

    it("is made without any engine, another one each time, the private key secret", async () => {
        const [one, other] = [await provider.create(KEYS, {}), await provider.create(KEYS, {})];
        const opened = one.state.privateKey as { value: string };
        expect(one.state).toEqual({
            privateKey: secret(opened.value),
            publicKey: expect.any(String) as string,
        });
        expect(await publicKeyOf(opened.value)).toBe(one.state.publicKey);
        expect(one.id).toMatch(/^[0-9a-f]{16}$/);
        expect(other.id).not.toBe(one.id);
        expect(other.state.publicKey).not.toBe(one.state.publicKey);
    });

    it("is promised by a preview", async () => {
        expect(await provider.create(KEYS, {}, true)).toEqual({
            id: "",
            state: { privateKey: secret(UNKNOWN), publicKey: UNKNOWN },
        });
    });

    it("stays what it is: nothing changes it, and a refresh finds it as recorded", async () => {
        const { id, state } = await provider.create(KEYS, {});
        expect(await provider.check(KEYS, {})).toEqual({ inputs: {}, failures: [] });
        expect(await provider.diff(KEYS, {}, {})).toEqual({ changed: [], replaces: [] });
        expect(await provider.read(KEYS, id, state)).toEqual({ id, state, inputs: {} });
        await provider.delete(KEYS, id, state);
    });
});
