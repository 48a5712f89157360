import { createHash, generateKeyPairSync } from "node:crypto";
import { OpenSshKeyPair, toOpenSsh } from "../engine/openssh";
import { checkTypes } from "../server/inputs";
import { defineEngineKind } from "../engine/services";

/** A pair of keys for SSH: see the class of the same name in the SDK. */
export const keyPair = defineEngineKind<object, OpenSshKeyPair>({
    token: "berth:index:KeyPair",
    outputs: ["privateKey", "publicKey"],
    secretOutputs: ["privateKey"],

    check: (inputs) => checkTypes(inputs, {}),

    create() {
        const { privateKey, publicKey } = toOpenSsh(generateKeyPairSync("ed25519").privateKey);
        const fingerprint = createHash("sha256").update(publicKey).digest("hex").slice(0, 16);
        return Promise.resolve({ id: fingerprint, outputs: { privateKey, publicKey } });
    },
});
