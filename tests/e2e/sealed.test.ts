import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { Isolation } from "../../rehearsal/stage/isolation";
import { requireSealed } from "../../rehearsal/stage/sealed";
import { CloudflareCalls, startCloudflare, stopCloudflares, ZONE } from "../support/cloudflare";

/** An address of this machine's own that nobody else listens on: resolvers ask on port 53 and no other. */
const NAME_SERVER = "127.53.53.53";
const HOST = "quiz.shop.example";

const LOOK_UP = `
require("node:dns").promises.lookup(process.argv[1]).then(({ address }) => console.log(address), ({ code }) => console.log(code));`;

jest.setTimeout(30_000);
const folder = mkdtempSync(join(os.tmpdir(), "berth-sealed-"));
let isolation: Isolation;

beforeAll(async () => {
    const cloudflare = await startCloudflare({ dns: { address: NAME_SERVER, port: 53 } });
    const calls = new CloudflareCalls(cloudflare.url);
    await calls.result("POST", `/zones/${ZONE}/dns_records`, {
        ...{ type: "A", name: HOST, content: "192.0.2.7", ttl: 60, proxied: false },
    });
    mkdirSync(join(folder, "stage"));
    isolation = new Isolation({
        folder: join(folder, "stage"),
        nameServer: NAME_SERVER,
        authorities: [],
        signal: new AbortController().signal,
        variables: {},
    });
});

afterAll(async () => {
    await stopCloudflares();
    rmSync(folder, { recursive: true });
});

async function lookUp(name: string): Promise<string> {
    return (await isolation.run("look", process.execPath, ["-e", LOOK_UP, name])).stdout.trim();
}

it("knows the simulated names and its own machine", async () => {
    expect(await lookUp(HOST)).toBe("192.0.2.7");
    expect(await lookUp("localhost")).toMatch(/^(127\.0\.0\.1|::1)$/);
});

it("knows none of the world's, nor what this machine has noted for itself", async () => {
    // Neither a file nor a daemon of this machine's answers: outside, its own name has an address.
    expect(await lookUp(os.hostname())).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
    await requireSealed(isolation);
});

it("is refused when a name leads out", async () => {
    await expect(requireSealed(isolation, ["no.example.org", HOST])).rejects.toThrow(
        `The rehearsal is not sealed: its commands find ${HOST}.`,
    );
});
