import { DnsRecords } from "../../components/cloudflare/dnsRecords";
import { CloudflareTunnel, CloudflareTunnelArgs } from "../../components/cloudflare/tunnel";
import { zoneOf } from "../../components/cloudflare/zones";
import { Graph, record, Secret, valueOf } from "../support/graph";

const ACCOUNT = "0123456789abcdef0123456789abcdef";
const ZONES = [
    { name: "a.example", id: "zone-a" },
    { name: "deep.a.example", id: "zone-deep" },
];
const ARGS: CloudflareTunnelArgs = {
    name: "berth-prod",
    accountId: ACCOUNT,
    zones: ZONES,
    routes: [
        { host: "quiz.a.example" },
        { host: "quiz.a.example", pathPrefix: "/ws" },
        { host: "w.deep.a.example" },
    ],
    service: "http://router:8000",
};

function recordTunnel(args: Partial<CloudflareTunnelArgs> = {}): Promise<Graph> {
    return record(() => new CloudflareTunnel("tunnel", { ...ARGS, ...args }).token);
}

describe("a tunnel", () => {
    it("is a secret, a tunnel, its rules, and a record for each host", async () => {
        expect((await recordTunnel()).list()).toEqual([
            "berth:index:CloudflareTunnel tunnel",
            "cloudflare:index/dnsRecord:DnsRecord quiz.a.example-cname",
            "cloudflare:index/dnsRecord:DnsRecord w.deep.a.example-cname",
            "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared tunnel",
            "cloudflare:index/zeroTrustTunnelCloudflaredConfig:ZeroTrustTunnelCloudflaredConfig tunnel-config",
            "random:index/randomBytes:RandomBytes tunnel-secret",
        ]);
    });

    it("leads every rule to the router, never to an app", async () => {
        const { inputs } = (await recordTunnel()).node("tunnel-config");
        expect(inputs).toEqual({
            accountId: ACCOUNT,
            tunnelId: "tunnel-id",
            source: "cloudflare",
            config: {
                ingresses: [
                    { hostname: "quiz.a.example", path: "^/ws(/|$)", service: "http://router:8000" },
                    { hostname: "quiz.a.example", service: "http://router:8000" },
                    { hostname: "w.deep.a.example", service: "http://router:8000" },
                    { service: "http_status:404" },
                ],
            },
        });
    });

    it("has a record at the edge for each host, in the zone that is closest", async () => {
        const graph = await recordTunnel();
        expect(graph.node("w.deep.a.example-cname").inputs).toEqual({
            zoneId: "zone-deep",
            name: "w.deep.a.example",
            type: "CNAME",
            content: "tunnel-id.cfargotunnel.com",
            proxied: true,
            ttl: 1,
        });
    });

    it("keeps its secret secret, and guards it", async () => {
        const graph = await recordTunnel();
        const tunnel = graph.node(
            "tunnel",
            "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared",
        );
        expect(tunnel.inputs.tunnelSecret).toEqual(new Secret("<tunnel-secret>"));
        expect(tunnel.options.additionalSecretOutputs).toEqual(["tunnelSecret"]);
        expect(graph.node("tunnel-secret").options.protect).toBe(true);
        expect(graph.node("tunnel-secret").inputs).toEqual({ length: 32 });
    });

    it("leads to SSH for the bearer of a token, behind Access", async () => {
        let told: string[] = [];
        const ssh = { host: "ssh.a.example", service: "ssh://172.31.255.241:22" };
        const graph = await record(async () => {
            const { accessToken } = new CloudflareTunnel("tunnel", { ...ARGS, ssh });
            told = accessToken ? await Promise.all([accessToken.id, accessToken.secret].map(valueOf)) : [];
        });
        expect(told).toEqual(["tunnel-ssh-token.access", "<tunnel-ssh-token>"]);
        expect(graph.node("tunnel-config").inputs.config).toMatchObject({
            ingresses: [{ hostname: "ssh.a.example", service: "ssh://172.31.255.241:22" }, {}, {}, {}, {}],
        });
        expect(graph.node("ssh.a.example-cname").inputs).toMatchObject({ proxied: true });
        expect(graph.node("tunnel-ssh-policy").inputs).toMatchObject({
            decision: "non_identity",
            includes: [{ serviceToken: { tokenId: "tunnel-ssh-token-id" } }],
        });
        expect(graph.node("tunnel-ssh-access").inputs).toMatchObject({
            destinations: [{ type: "public", uri: "ssh.a.example" }],
            policies: [{ id: "tunnel-ssh-policy-id", precedence: 1 }],
        });
    });

    it("that cannot be is refused with all that is wrong", async () => {
        const wrong = {
            accountId: "mine",
            routes: [{ host: "quiz.b.example" }, { host: "quiz.b.example" }, { host: "a.example:80" }],
        };
        await expect(recordTunnel(wrong)).rejects.toThrow(
            [
                'CloudflareTunnel "tunnel": 5 problems, nothing was touched.',
                '  args.accountId: "mine" is no account\'s id: 32 hexadecimal digits',
                '  args.routes[2].host: "a.example:80" is no host name: labels of lower-case letters, digits and hyphens with dots between, no scheme, port or path',
                "  args.routes[1]: claims quiz.b.example/, which args.routes[0] already has",
                "  args.zones: no zone is a parent of a.example:80: the zones are a.example, deep.a.example",
                "  args.zones: no zone is a parent of quiz.b.example: the zones are a.example, deep.a.example",
            ].join("\n"),
        );
    });
});

describe("records of hosts that the server answers for", () => {
    const ADDRESSES = { ipv4: "203.0.113.5", ipv6: "2001:db8:5::1" };

    it("are its addresses and who may issue certificates, not proxied", async () => {
        const graph = await record(
            () => new DnsRecords("dns", { hosts: ["w.a.example"], zones: ZONES, ...ADDRESSES }).urn,
        );
        expect(graph.list()).toEqual([
            "berth:index:DnsRecords dns",
            "cloudflare:index/dnsRecord:DnsRecord w.a.example-a",
            "cloudflare:index/dnsRecord:DnsRecord w.a.example-aaaa",
            "cloudflare:index/dnsRecord:DnsRecord w.a.example-caa",
        ]);
        const common = { zoneId: "zone-a", name: "w.a.example", proxied: false, ttl: 1 };
        expect(graph.node("w.a.example-a").inputs).toEqual({ ...common, type: "A", content: "203.0.113.5" });
        expect(graph.node("w.a.example-aaaa").inputs).toEqual({
            ...common,
            type: "AAAA",
            content: "2001:db8:5::1",
        });
        expect(graph.node("w.a.example-caa").inputs).toEqual({
            ...common,
            type: "CAA",
            data: { flags: 0, tag: "issue", value: "letsencrypt.org" },
        });
    });

    it("of a host outside every zone are refused", async () => {
        const program = () =>
            new DnsRecords("dns", {
                hosts: ["nota.example", "x.b.example", "y.b.example"],
                zones: ZONES,
                ...ADDRESSES,
            });
        await expect(record(program)).rejects.toThrow(
            [
                'DnsRecords "dns": 2 problems, nothing was touched.',
                "  args.zones: no zone is a parent of nota.example: the zones are a.example, deep.a.example",
                "  args.zones: no zone is a parent of x.b.example, y.b.example: the zones are a.example, deep.a.example",
            ].join("\n"),
        );
    });
});

describe("the zone of a host", () => {
    it.each([
        ["a.example", "zone-a"],
        ["x.a.example", "zone-a"],
        ["deep.a.example", "zone-deep"],
        ["x.y.deep.a.example", "zone-deep"],
        ["xa.example", undefined],
    ])("%s: %s", (host, id) => {
        expect(zoneOf(host, ZONES)?.id).toBe(id);
    });
});
