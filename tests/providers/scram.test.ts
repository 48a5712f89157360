import { createHmac } from "node:crypto";
import { scramVerifier } from "../../providers/scram";

describe("what the server keeps of a password", () => {
    it("proves to the client of RFC 7677 that the server knows it", async () => {
        const salt = "W22ZaJ0SNY7soEsUEjb6gQ==";
        const nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        const verifier = await scramVerifier("pencil", Buffer.from(salt, "base64"));
        const [, storedKey = "", serverKey = ""] =
            /^SCRAM-SHA-256\$4096:W22ZaJ0SNY7soEsUEjb6gQ==\$(.{44}):(.{44})$/.exec(verifier) ?? [];
        expect(Buffer.from(storedKey, "base64")).toHaveLength(32);
        const exchange = `n=user,r=rOprNGfwEbeRWgbNEkqO,r=${nonce},s=${salt},i=4096,c=biws,r=${nonce}`;
        const signature = createHmac("sha256", Buffer.from(serverKey, "base64")).update(exchange);
        expect(signature.digest("base64")).toBe("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    });

    it("is another one each time", async () => {
        expect(await scramVerifier("pencil")).not.toBe(await scramVerifier("pencil"));
    });
});
