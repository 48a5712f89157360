import { createServer, request } from "node:https";
import { AddressInfo } from "node:net";
import { Authority, createAuthority, Certificate } from "../../rehearsal/certificates";

const HOST = "shop.example";

let authority: Authority;
let stranger: Authority;

beforeAll(async () => {
    [authority, stranger] = await Promise.all([createAuthority("Ours"), createAuthority("Theirs")]);
});

/** What a client sees that asks a server with this certificate for a host: its answer, or why it went away. */
async function seen({ certificate, key }: Certificate, host: string, ca = authority): Promise<string> {
    const server = createServer({ cert: certificate, key }, (_, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const asked = new Promise<string>((resolve) => {
        // An address is no server name: who dials one checks the certificate for it all the same.
        const options = { host: "127.0.0.1", port, ca: ca.certificate, agent: false };
        const named = host === "127.0.0.1" ? options : { ...options, servername: host };
        request(named, (response) => {
            response.resume();
            resolve(String(response.statusCode));
        })
            .on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
            .end();
    });
    const answer = await asked;
    await new Promise((resolve) => server.close(resolve));
    return answer;
}

test("a certificate is good for its hosts and addresses, and for nothing else", async () => {
    const certificate = await authority.issue({
        hosts: [HOST, "*.apps.example"],
        addresses: ["127.0.0.1", "::1"],
    });
    for (const host of [HOST, "one.apps.example", "127.0.0.1"]) {
        expect([host, await seen(certificate, host)]).toEqual([host, "200"]);
    }
    for (const host of ["other.example", "apps.example", "a.b.apps.example"]) {
        expect([host, await seen(certificate, host)]).toEqual([host, "ERR_TLS_CERT_ALTNAME_INVALID"]);
    }
    const elsewhere = await authority.issue({ addresses: ["127.0.0.2"] });
    expect(await seen(elsewhere, "127.0.0.1")).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
});

test("only who trusts the authority takes it", async () => {
    const certificate = await authority.issue({ hosts: [HOST] });
    expect(await seen(certificate, HOST, stranger)).toBe("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
});

test("a server's certificate issues none", async () => {
    const { certificate, key } = await authority.issue({ hosts: [HOST] });
    const chain = { certificate: certificate + authority.certificate, key };
    const { subject, ca } = new (await import("node:crypto")).X509Certificate(chain.certificate);
    expect([subject, ca]).toEqual(["CN=rehearsal", false]);
});

test.each([
    ["nothing", {}, "nothing"],
    ["what is no host", { hosts: [HOST, "a b", "x, DNS:evil.example"] }, "a b, x, DNS:evil.example"],
    ["what is no address", { addresses: ["127.0.0.1", "localhost"] }, "localhost"],
])("there is none for %s", async (_, names, told) => {
    await expect(authority.issue(names)).rejects.toThrow(
        `no certificate for ${told}: it takes host names and addresses`,
    );
});
