import { cloudflareDefinition } from "../../rehearsal/cloudflare/provider/definition";
import {
    ACCOUNT,
    CloudflareCalls,
    OTHER_ZONE,
    startCloudflare,
    stopCloudflares,
    TOKEN,
    TUNNEL_SECRET,
    ZONE,
} from "../support/cloudflare";
import { ProviderClient, secret, Values } from "../support/providerClient";

const DNS_RECORD = "cloudflare:index/dnsRecord:DnsRecord";
const TUNNEL = "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared";
const CONFIG = "cloudflare:index/zeroTrustTunnelCloudflaredConfig:ZeroTrustTunnelCloudflaredConfig";
const SERVICE_TOKEN = "cloudflare:index/zeroTrustAccessServiceToken:ZeroTrustAccessServiceToken";
const POLICY = "cloudflare:index/zeroTrustAccessPolicy:ZeroTrustAccessPolicy";
const APPLICATION = "cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication";
const GET_TOKEN = "cloudflare:index/getZeroTrustTunnelCloudflaredToken:getZeroTrustTunnelCloudflaredToken";

const clients: ProviderClient[] = [];
afterEach(async () => {
    clients.splice(0).forEach((client) => client.close());
    await stopCloudflares();
});

async function started(apiToken = TOKEN) {
    const cloudflare = await startCloudflare();
    const client = await ProviderClient.start(cloudflareDefinition());
    clients.push(client);
    await client.configureWith({ apiToken: secret(apiToken), baseUrl: cloudflare.url });
    return { client, calls: new CloudflareCalls(cloudflare.url), cloudflare };
}

/** Checks and creates, as the engine does. */
async function make(client: ProviderClient, type: string, args: Values) {
    const { inputs, failures } = await client.check(type, args);
    expect(failures).toEqual([]);
    return { inputs, ...(await client.create(type, inputs)) };
}

const RECORD = { zoneId: ZONE, name: "www.shop.example", type: "A", content: "192.0.2.1", ttl: 1 };
const TUNNEL_ARGS = {
    accountId: ACCOUNT,
    name: "berth-prod",
    configSrc: "cloudflare",
    tunnelSecret: secret(TUNNEL_SECRET),
};

describe("the provider", () => {
    it("is told what it needs", async () => {
        const { client } = await started();
        expect((await client.checkConfig({ apiToken: secret("t") })).failures).toEqual([
            "baseUrl: is missing",
        ]);
    });

    it("tells what the API refuses, and never the token", async () => {
        const { client } = await started("a-wrong-token");
        await expect(client.create(DNS_RECORD, RECORD)).rejects.toThrow(
            `POST /zones/${ZONE}/dns_records: 403 Authentication error (10000)`,
        );
    });

    it("tells that nobody answers", async () => {
        const { client, cloudflare } = await started();
        const { url } = cloudflare;
        await stopCloudflares();
        const failed = client.create(DNS_RECORD, RECORD);
        await expect(failed).rejects.toThrow(
            `Cloudflare's API at ${url}/zones/${ZONE}/dns_records can't be reached: `,
        );
        await expect(failed).rejects.toThrow(/connect ECONNREFUSED/);
    });
});

describe("a record", () => {
    it("is checked, made, refreshed, changed in place and deleted, twice", async () => {
        const { client, calls } = await started();
        expect((await client.check(DNS_RECORD, { name: 1, type: "A", ttl: 1 })).failures).toEqual([
            "zoneId: is missing",
            "name: is number, not string",
        ]);
        const { inputs, id, state } = await make(client, DNS_RECORD, RECORD);
        expect(state).toMatchObject({ ...RECORD, proxied: false, proxiable: true });
        const path = `/zones/${ZONE}/dns_records/${id}`;
        expect(await calls.result("GET", path)).toMatchObject({ name: RECORD.name });

        // Nothing was done to it: nothing to say.
        expect((await client.read(DNS_RECORD, id, state)).inputs).toEqual(inputs);
        await calls.result("PATCH", path, { content: "192.0.2.66" });
        const seen = await client.read(DNS_RECORD, id, state);
        expect(seen.inputs).toEqual({ ...inputs, content: "192.0.2.66" });

        const news = { ...inputs, content: "192.0.2.2" };
        expect(await client.diff(DNS_RECORD, seen.inputs, news)).toEqual({
            changed: ["content"],
            replaces: [],
        });
        const updated = await client.update(DNS_RECORD, id, seen.state, news);
        expect(await calls.result("GET", path)).toMatchObject({ content: "192.0.2.2" });

        await client.delete(DNS_RECORD, id, updated);
        await client.delete(DNS_RECORD, id, updated);
        expect((await client.read(DNS_RECORD, id, updated)).id).toBe("");
    });

    it("is made anew in another zone alone", async () => {
        const { client } = await started();
        const diff = await client.diff(DNS_RECORD, RECORD, {
            ...RECORD,
            zoneId: OTHER_ZONE,
            name: "www.other.example",
        });
        expect(diff).toEqual({ changed: ["name", "zoneId"], replaces: ["zoneId"] });
    });

    it("with parts has them, and no content of its own", async () => {
        const { client } = await started();
        const data = { flags: 0, tag: "issue", value: "ca.example" };
        const { inputs, id, state } = await make(client, DNS_RECORD, {
            zoneId: ZONE,
            name: RECORD.name,
            type: "CAA",
            ttl: 1,
            data,
        });
        const seen = await client.read(DNS_RECORD, id, state);
        expect(seen.inputs).toEqual(inputs);
        expect(seen.inputs).toMatchObject({ data });
    });

    it("is imported by its zone's id and its own", async () => {
        const { client, calls } = await started();
        const { id } = await calls.result("POST", `/zones/${ZONE}/dns_records`, RECORD);
        const found = await client.read(DNS_RECORD, `${ZONE}/${String(id)}`, {});
        expect(found.id).toBe(id);
        expect(found.inputs).toEqual({ ...RECORD, proxied: false });
        await expect(client.read(DNS_RECORD, String(id), {})).rejects.toThrow(
            `"${String(id)}" is no id of ${DNS_RECORD}: it has the form <account or zone>/<id>`,
        );
        expect((await client.read(DNS_RECORD, `${ZONE}/${"9".repeat(32)}`, {})).id).toBe("");
    });
});

describe("a tunnel", () => {
    it("keeps its secret, is renamed in place, and is gone when it was deleted", async () => {
        const { client, calls } = await started();
        const { inputs, id, state } = await make(client, TUNNEL, TUNNEL_ARGS);
        expect(state).toMatchObject({ remoteConfig: true, status: "inactive" });
        expect(state.tunnelSecret).toEqual(secret(TUNNEL_SECRET));
        const seen = await client.read(TUNNEL, id, state);
        expect(seen.inputs).toEqual(inputs);
        const news = { ...inputs, name: "renamed" };
        expect((await client.diff(TUNNEL, inputs, news)).replaces).toEqual([]);
        const updated = await client.update(TUNNEL, id, state, news);
        expect(await calls.result("GET", `/accounts/${ACCOUNT}/cfd_tunnel/${id}`)).toMatchObject({
            name: "renamed",
        });
        await client.delete(TUNNEL, id, updated);
        expect((await client.read(TUNNEL, id, updated)).id).toBe("");
        await client.delete(TUNNEL, id, updated);
    });

    it("is made anew in another account, or where it is configured elsewhere", async () => {
        const { client } = await started();
        const news = { ...TUNNEL_ARGS, accountId: "f".repeat(32), configSrc: "local", name: "other" };
        expect((await client.diff(TUNNEL, TUNNEL_ARGS, news)).replaces).toEqual(["accountId", "configSrc"]);
    });

    it("has rules, which are put, read, imported, and left to the tunnel", async () => {
        const { client, calls } = await started();
        const { id: tunnelId } = await make(client, TUNNEL, TUNNEL_ARGS);
        const rules = [
            { hostname: "a.shop.example", path: "^/ws(/|$)", service: "http://router:8000" },
            { service: "http_status:404" },
        ];
        const args = { accountId: ACCOUNT, tunnelId, source: "cloudflare", config: { ingresses: rules } };
        const { inputs, id, state } = await make(client, CONFIG, args);
        expect({ id, version: state.version }).toEqual({ id: tunnelId, version: 1 });
        const path = `/accounts/${ACCOUNT}/cfd_tunnel/${tunnelId}/configurations`;
        expect(await calls.result("GET", path)).toMatchObject({ config: { ingress: rules } });
        expect((await client.read(CONFIG, id, state)).inputs).toEqual(inputs);
        const imported = await client.read(CONFIG, `${ACCOUNT}/${tunnelId}`, {});
        expect({ id: imported.id, inputs: imported.inputs }).toEqual({ id: tunnelId, inputs });

        const news = { ...args, config: { ingresses: rules.slice(1) } };
        expect((await client.diff(CONFIG, args, news)).replaces).toEqual([]);
        expect((await client.update(CONFIG, id, state, news)).version).toBe(2);
        await expect(
            client.update(CONFIG, id, state, { ...args, config: { ingresses: rules.slice(0, 1) } }),
        ).rejects.toThrow(/400 Bad Configuration: Validation failed: The last ingress rule .* \(1056\)$/);
        await client.delete(CONFIG, id, state);
        expect(await calls.result("GET", path)).toMatchObject({ version: 2 });
        expect((await client.diff(CONFIG, args, { ...args, tunnelId: "other" })).replaces).toEqual([
            "tunnelId",
        ]);
    });

    it("has a token, which is secret", async () => {
        const { client, calls } = await started();
        const { id: tunnelId } = await make(client, TUNNEL, TUNNEL_ARGS);
        const { results, failures } = await client.invoke(GET_TOKEN, { accountId: ACCOUNT, tunnelId });
        const token = await calls.result<string>("GET", `/accounts/${ACCOUNT}/cfd_tunnel/${tunnelId}/token`);
        expect(failures).toEqual([]);
        expect(results).toEqual({ accountId: ACCOUNT, tunnelId, token: secret(token) });
        await expect(client.invoke(GET_TOKEN, { accountId: ACCOUNT, tunnelId: "none" })).rejects.toThrow(
            "404 Tunnel not found (1003)",
        );
        expect((await client.invoke(GET_TOKEN, { accountId: ACCOUNT })).failures).toEqual([
            "tunnelId: is missing",
        ]);
    });
});

describe("Access", () => {
    async function withAccess() {
        const { client, calls } = await started();
        const token = await make(client, SERVICE_TOKEN, {
            accountId: ACCOUNT,
            name: "berth-ssh",
            duration: "forever",
        });
        const policy = await make(client, POLICY, {
            accountId: ACCOUNT,
            name: "berth-ssh",
            decision: "non_identity",
            includes: [{ serviceToken: { tokenId: token.id } }],
        });
        const application = await make(client, APPLICATION, {
            accountId: ACCOUNT,
            name: "berth-ssh",
            type: "self_hosted",
            destinations: [{ type: "public", uri: "ssh.shop.example" }],
            policies: [{ id: policy.id, precedence: 1 }],
        });
        return { client, calls, token, policy, application };
    }

    it("is a token, a policy that lets it through, and an application, each as it is read again", async () => {
        const { client, token, policy, application } = await withAccess();
        expect(token.state.clientId).toMatch(/^[0-9a-f]{32}\.access$/);
        expect(application.state).toMatchObject({ domain: "ssh.shop.example" });
        for (const [type, { id, state, inputs }] of [
            [SERVICE_TOKEN, token],
            [POLICY, policy],
            [APPLICATION, application],
        ] as const) {
            const seen = await client.read(type, id, state);
            expect({ id: seen.id, inputs: seen.inputs }).toEqual({ id, inputs });
            const imported = await client.read(type, `accounts/${ACCOUNT}/${id}`, {});
            expect({ id: imported.id, inputs: imported.inputs }).toEqual({ id, inputs });
        }
    });

    it("tells a token's secret once, and keeps it through changes", async () => {
        const { client, token } = await withAccess();
        const told = token.state.clientSecret;
        expect(told).toEqual(secret(expect.stringMatching(/^[0-9a-f]{64}$/) as unknown as string));
        expect((await client.read(SERVICE_TOKEN, token.id, token.state)).state.clientSecret).toEqual(told);
        const updated = await client.update(SERVICE_TOKEN, token.id, token.state, {
            ...token.inputs,
            name: "renamed",
        });
        expect(updated).toMatchObject({ name: "renamed", clientSecret: told });
        const imported = await client.read(SERVICE_TOKEN, `accounts/${ACCOUNT}/${token.id}`, {});
        expect(imported.state).not.toHaveProperty("clientSecret");
    });

    it("is taken down from its end, and no other way", async () => {
        const { client, token, policy, application } = await withAccess();
        await expect(client.delete(SERVICE_TOKEN, token.id, token.state)).rejects.toThrow(/^DELETE .* 409 /);
        await expect(client.delete(POLICY, policy.id, policy.state)).rejects.toThrow(/^DELETE .* 409 /);
        await client.delete(APPLICATION, application.id, application.state);
        await client.delete(POLICY, policy.id, policy.state);
        await client.delete(SERVICE_TOKEN, token.id, token.state);
        expect((await client.read(SERVICE_TOKEN, token.id, token.state)).id).toBe("");
    });

    it("refuses what can't be", async () => {
        const { calls, policy } = await withAccess();
        const access = `/accounts/${ACCOUNT}/access`;
        const app = {
            name: "x",
            type: "self_hosted",
            destinations: [{ type: "public", uri: "x.shop.example" }],
            policies: [{ id: policy.id, precedence: 1 }],
        };
        const wrong = "400 12130 access.api.error.invalid_request:";
        const elsewhere = [{ type: "public", uri: "x.other.example" }];
        const taken = [{ type: "public", uri: "ssh.shop.example" }];
        const none = "11111111-2222-4333-8444-555555555555";
        const rule = { service_token: { token_id: none } };
        const refusals: [string, Record<string, unknown>, string][] = [
            ["apps", { destinations: elsewhere }, `${wrong} domain does not belong to zone: x.other.example`],
            ["apps", { destinations: taken }, "409 11010 access.api.error.application_already_exists"],
            ["apps", { policies: [{ id: none, precedence: 1 }] }, `${wrong} there is no policy ${none}`],
            [
                "policies",
                { decision: "maybe", include: [rule] },
                `${wrong} decision must be one of allow, deny, non_identity, bypass`,
            ],
            ["policies", { decision: "allow" }, `${wrong} include must have at least one rule`],
            [
                "policies",
                { decision: "allow", include: [rule] },
                `${wrong} there is no service token ${none}`,
            ],
            ["service_tokens", { duration: "a year" }, `${wrong} "a year" is no duration`],
        ];
        for (const [collection, change, refusal] of refusals) {
            const body = { ...app, ...change };
            expect(await calls.refusal("POST", `${access}/${collection}`, body)).toBe(refusal);
        }
    });
});
