import { createSocket, Socket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import * as packet from "dns-packet";
import { SimulatedCloudflare } from "../../rehearsal/cloudflare";
import { ACCOUNT, CloudflareCalls, startCloudflare, stopCloudflares, ZONE } from "../support/cloudflare";

const EDGE = { ipv4: "198.51.100.7", ipv6: "2001:db8::7" };
const TUNNEL = "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415.cfargotunnel.com";

let cloudflare: SimulatedCloudflare;
let resolver: Resolver;

beforeAll(async () => {
    cloudflare = await startCloudflare({
        edge: EDGE,
        accounts: [
            {
                id: ACCOUNT,
                token: "token-of-ours",
                zones: [{ name: "shop.example", id: ZONE }, { name: "sub.shop.example" }],
            },
        ],
    });
    const calls = new CloudflareCalls(cloudflare.url);
    const records = [
        { type: "A", name: "shop.example", content: "192.0.2.1" },
        { type: "A", name: "both.shop.example", content: "192.0.2.2", ttl: 600 },
        { type: "A", name: "both.shop.example", content: "192.0.2.3" },
        { type: "AAAA", name: "both.shop.example", content: "2001:db8::2" },
        { type: "CAA", name: "both.shop.example", data: { flags: 0, tag: "issue", value: "ca.example" } },
        { type: "A", name: "proxied.shop.example", content: "192.0.2.4", proxied: true },
        { type: "CNAME", name: "tunnel.shop.example", content: TUNNEL, proxied: true },
        { type: "CNAME", name: "bare.shop.example", content: TUNNEL },
        { type: "CNAME", name: "alias.shop.example", content: "both.shop.example" },
        { type: "CNAME", name: "away.shop.example", content: "elsewhere.example" },
        { type: "CNAME", name: "one.shop.example", content: "two.shop.example" },
        { type: "CNAME", name: "two.shop.example", content: "one.shop.example" },
        { type: "TXT", name: "text.shop.example", content: '"v=1 \\"quoted\\"" "second"' },
        { type: "TXT", name: "long.shop.example", content: "x".repeat(700) },
        { type: "A", name: "*.wild.shop.example", content: "192.0.2.5" },
        { type: "A", name: "own.wild.shop.example", content: "192.0.2.6" },
        { type: "A", name: "deep.empty.wild.shop.example", content: "192.0.2.7" },
        { type: "A", name: "deep.below.shop.example", content: "192.0.2.8" },
        { type: "A", name: "gone.sub.shop.example", content: "192.0.2.9" },
    ];
    for (const record of records) {
        await calls.result("POST", `/zones/${ZONE}/dns_records`, { ttl: 1, ...record });
    }
    resolver = new Resolver({ timeout: 2000, tries: 2 });
    resolver.setServers([cloudflare.nameServer]);
});

afterAll(stopCloudflares);

/** The code of what a resolver failed with. */
async function failing(asked: Promise<unknown>): Promise<string | undefined> {
    return await asked.then(
        () => undefined,
        (error: unknown) => (error as NodeJS.ErrnoException).code,
    );
}

describe("the name server", () => {
    it("answers with addresses, whatever case they are asked in", async () => {
        expect((await resolver.resolve4("both.shop.example")).sort()).toEqual(["192.0.2.2", "192.0.2.3"]);
        expect(await resolver.resolve6("Both.Shop.Example")).toEqual(["2001:db8::2"]);
        expect(await resolver.resolve4("shop.example")).toEqual(["192.0.2.1"]);
        const ttls = await resolver.resolve4("both.shop.example", { ttl: true });
        expect(new Map(ttls.map(({ address, ttl }) => [address, ttl]))).toEqual(
            // 300 is what "automatic" means.
            new Map([
                ["192.0.2.2", 600],
                ["192.0.2.3", 300],
            ]),
        );
    });

    it("answers with texts and with who may issue certificates", async () => {
        expect(await resolver.resolveTxt("text.shop.example")).toEqual([['v=1 "quoted"', "second"]]);
        expect(await resolver.resolveCaa("both.shop.example")).toMatchObject([
            { critical: 0, issue: "ca.example" },
        ]);
    });

    it("hides what stands behind the edge", async () => {
        for (const host of ["proxied", "tunnel", "bare"]) {
            expect(await resolver.resolve4(`${host}.shop.example`)).toEqual([EDGE.ipv4]);
            expect(await resolver.resolve6(`${host}.shop.example`)).toEqual([EDGE.ipv6]);
        }
        expect(await failing(resolver.resolveCname("tunnel.shop.example"))).toBe("ENODATA");
    });

    it("follows an alias within the zone, and leaves others to the asker", async () => {
        expect(await resolver.resolve6("alias.shop.example")).toEqual(["2001:db8::2"]);
        expect(await resolver.resolveCname("alias.shop.example")).toEqual(["both.shop.example"]);
        expect(await resolver.resolveCname("away.shop.example")).toEqual(["elsewhere.example"]);
        const { answers } = await ask({ type: "A", name: "away.shop.example" });
        expect(answers).toMatchObject([{ type: "CNAME", data: "elsewhere.example" }]);
    });

    it("comes to an end where aliases don't", async () => {
        const { answers = [] } = await ask({ type: "A", name: "one.shop.example" });
        expect(answers.length).toBeGreaterThan(0);
        expect(answers.every(({ type }) => type === "CNAME")).toBe(true);
    });

    it("tells names that are not from names that have nothing of the kind", async () => {
        expect(await failing(resolver.resolve4("none.shop.example"))).toBe("ENOTFOUND");
        expect(await failing(resolver.resolve6("shop.example"))).toBe("ENODATA");
        // Something stands below it: the name exists.
        expect(await failing(resolver.resolve4("below.shop.example"))).toBe("ENODATA");
        const { authorities = [] } = await ask({ type: "A", name: "none.shop.example" });
        expect(authorities).toMatchObject([{ type: "SOA", name: "shop.example" }]);
    });

    it("has a wildcard for names that are not there by themselves", async () => {
        expect(await resolver.resolve4("a.wild.shop.example")).toEqual(["192.0.2.5"]);
        expect(await resolver.resolve4("a.b.wild.shop.example")).toEqual(["192.0.2.5"]);
        expect(await resolver.resolve4("own.wild.shop.example")).toEqual(["192.0.2.6"]);
        expect(await failing(resolver.resolve4("a.own.wild.shop.example"))).toBe("ENOTFOUND");
        expect(await failing(resolver.resolve4("wild.shop.example"))).toBe("ENODATA");
        // It exists by what stands below it.
        expect(await failing(resolver.resolve4("empty.wild.shop.example"))).toBe("ENODATA");
    });

    it("knows its zones, and asks nobody for others", async () => {
        expect(await resolver.resolveSoa("shop.example")).toMatchObject({ nsname: "ada.ns.shop.example" });
        expect(await resolver.resolveNs("shop.example")).toEqual([
            "ada.ns.shop.example",
            "lee.ns.shop.example",
        ]);
        expect(await failing(resolver.resolve4("elsewhere.example"))).toBe("EREFUSED");
        // A zone of its own: what the parent has of it is not looked at.
        expect(await failing(resolver.resolve4("gone.sub.shop.example"))).toBe("ENOTFOUND");
    });

    it("sends what is too long for a datagram over TCP", async () => {
        const question = { type: "TXT", name: "long.shop.example" } as const;
        const cut = await ask(question);
        expect({ cut: cut.flag_tc, answers: cut.answers }).toEqual({ cut: true, answers: [] });
        const whole = await askByTcp(question);
        expect(whole.answers).toMatchObject([{ type: "TXT", name: "long.shop.example" }]);
        expect((await resolver.resolveTxt("long.shop.example")).flat().join("")).toBe("x".repeat(700));
    });

    it("answers with authority and offers no recursion", async () => {
        const told = await ask({ type: "A", name: "shop.example" });
        expect(told).toMatchObject({ flag_aa: true, flag_ra: false, flag_rd: true, flag_tc: false });
    });

    it("lives on after what is no question", async () => {
        const socket = createSocket("udp4");
        const [address = "", port = ""] = cloudflare.nameServer.split(":");
        for (const message of [Buffer.from("?"), Buffer.alloc(600, 0xff), Buffer.alloc(12)]) {
            await new Promise((sent) => socket.send(message, Number(port), address, sent));
        }
        socket.close();
        expect(await resolver.resolve4("shop.example")).toEqual(["192.0.2.1"]);
    });

    it("sees a change at once", async () => {
        const calls = new CloudflareCalls(cloudflare.url);
        const path = `/zones/${ZONE}/dns_records`;
        const record = { type: "A", name: "new.shop.example", content: "192.0.2.20", ttl: 1 };
        const { id } = await calls.result("POST", path, record);
        expect(await resolver.resolve4("new.shop.example")).toEqual(["192.0.2.20"]);
        await calls.result("DELETE", `${path}/${String(id)}`);
        expect(await failing(resolver.resolve4("new.shop.example"))).toBe("ENOTFOUND");
    });
});

describe("the name server's port", () => {
    const other = createSocket("udp4");
    let taken: number;

    beforeAll(async () => {
        other.bind(0, "127.0.0.1");
        await once(other, "listening");
        taken = other.address().port;
    });
    afterAll(() => other.close());

    it("is another one where the first is free on TCP only", async () => {
        const tried: number[] = [];
        const bind = jest.spyOn(Socket.prototype, "bind");
        bind.mockImplementationOnce(function (this: Socket) {
            // As if TCP had been given this one.
            tried.push(taken);
            return this.bind(taken, "127.0.0.1");
        });
        const { nameServer } = await startCloudflare();
        bind.mockRestore();
        expect(tried).toEqual([taken]);
        const another = new Resolver();
        another.setServers([nameServer]);
        expect(await another.resolveNs("shop.example")).toHaveLength(2);
        const port = Number(nameServer.split(":")[1]);
        const socket = connect(port, "127.0.0.1");
        await once(socket, "connect");
        socket.destroy();
    });

    it("is left to others on TCP where it is asked for and taken on UDP", async () => {
        const dns = { address: "127.0.0.1", port: taken };
        await expect(startCloudflare({ dns })).rejects.toMatchObject({ code: "EADDRINUSE", port: taken });
        const server = createServer().listen(taken, "127.0.0.1");
        await once(server, "listening");
        server.close();
    });
});

function encoded(question: packet.Question): Buffer {
    return packet.encode({ type: "query", id: 7, flags: packet.RECURSION_DESIRED, questions: [question] });
}

/** One question in one datagram: the answer as it came. */
async function ask(question: packet.Question): Promise<packet.DecodedPacket> {
    const socket = createSocket("udp4");
    const [address = "", port = ""] = cloudflare.nameServer.split(":");
    const answered = once(socket, "message");
    socket.send(encoded(question), Number(port), address);
    const [message] = (await answered) as [Buffer];
    socket.close();
    return packet.decode(message);
}

/** One question over TCP, in two pieces. */
async function askByTcp(question: packet.Question): Promise<packet.DecodedPacket> {
    const [host = "", port = ""] = cloudflare.nameServer.split(":");
    const socket = connect(Number(port), host);
    const message = encoded(question);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(message.length);
    socket.write(length);
    socket.write(message);
    let received = Buffer.alloc(0);
    for await (const chunk of socket as AsyncIterable<Buffer>) {
        received = Buffer.concat([received, chunk]);
        if (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
            break;
        }
    }
    return packet.decode(received.subarray(2));
}
