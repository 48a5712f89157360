import { Resolver } from "node:dns/promises";
import { Ipv4Resolver } from "../../rehearsal/acme/ipv4Resolver";
import { CloudflareCalls, startCloudflare, stopCloudflares, ZONE } from "../support/cloudflare";

let relay: Ipv4Resolver;
const resolver = new Resolver();

beforeAll(async () => {
    const { url, nameServer } = await startCloudflare();
    const calls = new CloudflareCalls(url);
    for (const record of [
        { type: "A", name: "shop.example", content: "192.0.2.1" },
        { type: "AAAA", name: "shop.example", content: "2001:db8::1" },
        { type: "TXT", name: "shop.example", content: '"a text"' },
    ]) {
        await calls.result("POST", `/zones/${ZONE}/dns_records`, record);
    }
    relay = await Ipv4Resolver.start(nameServer);
    resolver.setServers([relay.address]);
});

afterAll(async () => {
    await relay.stop();
    await stopCloudflares();
});

test("it knows what the name server knows, but for IPv6 addresses", async () => {
    expect(await resolver.resolve4("shop.example")).toEqual(["192.0.2.1"]);
    expect(await resolver.resolveTxt("shop.example")).toEqual([["a text"]]);
    await expect(resolver.resolve6("shop.example")).rejects.toMatchObject({ code: "ENODATA" });
    await expect(resolver.resolve4("none.shop.example")).rejects.toMatchObject({ code: "ENOTFOUND" });
});

test("questions that come at once get their own answers", async () => {
    const asked = Array.from({ length: 30 }, (_, index) =>
        index % 2 === 0
            ? resolver.resolve4("shop.example")
            : resolver.resolve6("shop.example").catch(() => []),
    );
    expect(await Promise.all(asked)).toEqual(
        Array.from({ length: 30 }, (_, index) => (index % 2 === 0 ? ["192.0.2.1"] : [])),
    );
});
