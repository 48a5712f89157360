import { FLY_SERVER, ON_FLY } from "../support/expectedProd";
import { ONLY_FLY, prodProblems, recordProd } from "../support/prod";

describe("a host of one's own on Fly", () => {
    const own = { "audifi:hosts": { api: "api.audifi.example.com" } };

    it("leads to the app's addresses, and has a certificate of Fly's", async () => {
        const graph = await recordProd("prod", own);
        const records = graph.nodes.filter(
            ({ type, inputs }) => type.endsWith(":DnsRecord") && inputs.name === "api.audifi.example.com",
        );
        const common = { zoneId: "zone-example", name: "api.audifi.example.com", ttl: 1, proxied: false };
        const told = records.map(({ inputs, parent, options: { dependencies } }) => ({
            inputs,
            parent,
            dependencies,
        }));
        expect(
            told.sort((one, other) => (String(one.inputs.type) < String(other.inputs.type) ? -1 : 1)),
        ).toEqual([
            {
                inputs: { ...common, type: "A", content: "203.0.113.66" },
                parent: "audifi-api-dns",
                dependencies: ["audifi-api-ipv4"],
            },
            {
                inputs: { ...common, type: "AAAA", content: "2001:db8:66::1" },
                parent: "audifi-api-dns",
                dependencies: ["audifi-api-ipv6"],
            },
            {
                inputs: {
                    ...common,
                    type: "CAA",
                    data: { flags: 0, tag: "issue", value: "letsencrypt.org" },
                },
                parent: "audifi-api-dns",
                dependencies: undefined,
            },
        ]);
        expect(graph.node("audifi-api-api.audifi.example.com").inputs).toEqual({
            app: "audifi-api",
            hostname: "api.audifi.example.com",
        });
        expect((await recordProd("prod", own, { preview: true })).list()).toEqual(graph.list());
    });

    it("takes Cloudflare's token and a zone, also without a server, and nothing more", async () => {
        expect(prodProblems({ ...ONLY_FLY, ...own })).toEqual([
            "  cloudflare:apiToken: is missing: Cloudflare's token, with the right to edit DNS and tunnels",
            "      pulumi config set --stack prod --secret cloudflare:apiToken, or the variable CLOUDFLARE_API_TOKEN",
            "  berth:zones: no zone is a parent of api.audifi.example.com: no zone is set",
            "      pulumi config set --stack prod --path 'berth:zones[\"example.com\"]' ZONE_ID",
        ]);
        const graph = await recordProd("prod", {
            ...ONLY_FLY,
            ...own,
            "cloudflare:apiToken": "secret of cloudflare:apiToken",
            "berth:zones": { "example.com": "zone-example" },
        });
        const records = ["a", "aaaa", "caa"].map(
            (type) => `cloudflare:index/dnsRecord:DnsRecord api.audifi.example.com-${type}`,
        );
        expect(graph.list()).toEqual(
            [
                ...ON_FLY,
                ...FLY_SERVER,
                ...records,
                "berth:index:DnsRecords audifi-api-dns",
                "fly:index:Certificate audifi-api-api.audifi.example.com",
            ].sort(),
        );
    });

    it("is refused when a system on the server has it, or SSH", () => {
        expect(prodProblems({ "audifi:hosts": { api: "l2p.korczewski.de" } })).toEqual([
            "  korczewski:hosts.frontend: claims l2p.korczewski.de/, which audifi:hosts.api already has",
        ]);
        expect(
            prodProblems({
                "audifi:hosts": { api: "ssh.korczewski.de" },
                "berth:sshHost": "ssh.korczewski.de",
            }),
        ).toEqual(["  berth:sshHost: claims ssh.korczewski.de/, which audifi:hosts.api already has"]);
    });

    it("is refused when it goes through the tunnel for another system", () => {
        expect(prodProblems({ "audifi:hosts": { api: "partyquiz-platform.databridge360.com" } })).toEqual([
            "  audifi:hosts.api: claims partyquiz-platform.databridge360.com/, which partyquiz:hosts.web already has",
            '  partyquiz:exposure: "partyquiz-platform.databridge360.com" goes through the tunnel here, and is public for audifi: one host has one way in',
        ]);
    });

    it("is not another app's at Fly: staging can't take prod's", async () => {
        const changes = { "audifi:hosts": { api: "audifi-api.fly.dev" } };
        await expect(recordProd("staging", changes)).rejects.toThrow(
            'App "audifi-api": 1 problem, nothing was touched.\n' +
                '  args.routes[0].host: "audifi-api.fly.dev" is another app\'s at Fly: this one has audifi-api-staging.fly.dev',
        );
    });
});
