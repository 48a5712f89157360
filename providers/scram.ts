import { createHash, createHmac, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";

const ITERATIONS = 4096;
const SALT_BYTES = 16;

/**
 * What PostgreSQL stores of a password (RFC 5803, SCRAM-SHA-256). Given to the server instead of the password, which then
 * stands in no statement: not in the server's log, where statements that failed are quoted, and not in its statistics.
 */
export async function scramVerifier(password: string, salt = randomBytes(SALT_BYTES)): Promise<string> {
    // The server prepares a password in the same way; of ASCII it leaves every character as it is.
    const prepared = password.normalize("NFKC");
    const salted = await promisify(pbkdf2)(prepared, salt, ITERATIONS, 32, "sha256");
    const storedKey = createHash("sha256").update(hmac(salted, "Client Key")).digest("base64");
    const serverKey = hmac(salted, "Server Key").toString("base64");
    return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}

function hmac(key: Buffer, message: string): Buffer {
    return createHmac("sha256", key).update(message).digest();
}
