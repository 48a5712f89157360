import fc from "fast-check";
import { IngressRule, renderIngress } from "../../lib/ingress";
import { ingressFault } from "../../rehearsal/cloudflare/ingress";
import {
    ACCOUNT,
    CloudflareCalls,
    startCloudflare,
    stopCloudflares,
    TUNNEL_SECRET,
} from "../support/cloudflare";

afterEach(stopCloudflares);

const TUNNELS = `/accounts/${ACCOUNT}/cfd_tunnel`;
const TUNNEL = { name: "berth-prod", config_src: "cloudflare", tunnel_secret: TUNNEL_SECRET };
const CATCH_ALL = { service: "http_status:404" };

async function withTunnel() {
    const cloudflare = await startCloudflare();
    const calls = new CloudflareCalls(cloudflare.url);
    const { id } = await calls.result("POST", TUNNELS, TUNNEL);
    return { cloudflare, calls, id: String(id), path: `${TUNNELS}/${String(id)}` };
}

describe("a tunnel", () => {
    it("is made, found by its name, renamed and deleted; it can still be read, and its name is free", async () => {
        const { calls, id, path } = await withTunnel();
        expect(id).toMatch(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
        const told = await calls.result("GET", path);
        expect(told).toMatchObject({ id, name: "berth-prod", status: "inactive", remote_config: true });
        expect(JSON.stringify(told)).not.toContain(TUNNEL_SECRET);
        expect(await calls.result<unknown[]>("GET", `${TUNNELS}?name=berth-prod`)).toEqual([told]);
        expect(await calls.refusal("POST", TUNNELS, TUNNEL)).toBe(
            "409 1013 You already have a tunnel with this name",
        );
        expect(await calls.result("PATCH", path, { name: "renamed" })).toMatchObject({ name: "renamed" });
        await calls.result("DELETE", path);
        expect((await calls.result("GET", path)).deleted_at).toEqual(expect.any(String));
        expect(await calls.result<unknown[]>("GET", `${TUNNELS}?is_deleted=false`)).toEqual([]);
        expect(await calls.refusal("DELETE", path)).toBe("404 1003 Tunnel not found");
        expect(await calls.refusal("GET", `${path}/token`)).toBe("404 1003 Tunnel not found");
        expect((await calls.result("POST", TUNNELS, { ...TUNNEL, name: "renamed" })).id).not.toBe(id);
    });

    it.each([
        [{ name: "" }, "400 1001 Tunnel name is required"],
        [{ config_src: "here" }, "400 1001 config_src must be local or cloudflare"],
        [
            { tunnel_secret: Buffer.alloc(31).toString("base64") },
            "400 1001 tunnel_secret must be base64 of at least 32 bytes",
        ],
        [{ tunnel_secret: "%".repeat(64) }, "400 1001 tunnel_secret must be base64 of at least 32 bytes"],
    ])("with %j is refused", async (wrong, refusal) => {
        const calls = new CloudflareCalls((await startCloudflare()).url);
        expect(await calls.refusal("POST", TUNNELS, { ...TUNNEL, ...wrong })).toBe(refusal);
    });

    it("has a token with its account, its id and its secret, and another one with another secret", async () => {
        const { calls, id, path } = await withTunnel();
        const token = await calls.result<string>("GET", `${path}/token`);
        const said: unknown = JSON.parse(Buffer.from(token, "base64").toString());
        expect(said).toEqual({ a: ACCOUNT, t: id, s: TUNNEL_SECRET });
        const secret = Buffer.alloc(40, 8).toString("base64");
        await calls.result("PATCH", path, { tunnel_secret: secret });
        const another = await calls.result<string>("GET", `${path}/token`);
        expect(JSON.parse(Buffer.from(another, "base64").toString())).toEqual({
            a: ACCOUNT,
            t: id,
            s: secret,
        });
    });

    it("that a connector is on is not deleted before its connections are cleaned up", async () => {
        const { cloudflare, calls, id, path } = await withTunnel();
        cloudflare.world.tunnels[id]?.connections.push({
            id: "c1",
            clientId: "connector",
            clientVersion: "2026.1.0",
            originIp: "192.0.2.7",
            openedAt: new Date().toISOString(),
        });
        expect(await calls.result("GET", path)).toMatchObject({ status: "healthy" });
        expect(await calls.refusal("DELETE", path)).toBe(
            "400 1022 Cannot delete tunnel because it has active connections",
        );
        await calls.result("DELETE", `${path}/connections`);
        expect(await calls.refusal("DELETE", path)).toBe("200 success");
    });
});

describe("a tunnel's rules", () => {
    const rules = [
        { hostname: "a.shop.example", path: "^/ws(/|$)", service: "http://router:8000" },
        CATCH_ALL,
    ];

    it("are put in whole, and counted", async () => {
        const { calls, id, path } = await withTunnel();
        const none = await calls.result("GET", `${path}/configurations`);
        expect(none).toMatchObject({ tunnel_id: id, version: 0, config: null });
        const put = await calls.result("PUT", `${path}/configurations`, { config: { ingress: rules } });
        expect(put).toMatchObject({ version: 1, source: "cloudflare", config: { ingress: rules } });
        await calls.result("PUT", `${path}/configurations`, { config: { ingress: [CATCH_ALL] } });
        expect(await calls.result("GET", `${path}/configurations`)).toMatchObject({
            version: 2,
            config: { ingress: [CATCH_ALL] },
        });
    });

    it("that cannot be leave those that are", async () => {
        const { calls, path } = await withTunnel();
        await calls.result("PUT", `${path}/configurations`, { config: { ingress: rules } });
        const wrong = { config: { ingress: rules.slice(0, 1) } };
        expect(await calls.refusal("PUT", `${path}/configurations`, wrong)).toBe(
            "400 1056 Bad Configuration: Validation failed: The last ingress rule must match all URLs " +
                "(i.e. it should not have a hostname or path filter)",
        );
        expect(await calls.result("GET", `${path}/configurations`)).toMatchObject({
            version: 1,
            config: { ingress: rules },
        });
    });

    const to = (rule: Partial<IngressRule>) => [{ service: "http://a:80", ...rule }, CATCH_ALL];

    it.each([
        [[], /doesn't contain any ingress rules/],
        [[{ service: "http://a:80" }, CATCH_ALL], /Rule #1 is matching the hostname ''/],
        [[...to({ hostname: "*" })], /Rule #1 is matching the hostname '\*'/],
        [to({ hostname: "a.example:443" }), /Hostname cannot contain a port/],
        [to({ hostname: "a.*.example" }), /at most one wildcard/],
        [to({ hostname: "*.*.example" }), /at most one wildcard/],
        [to({ hostname: "https//a" }), /is no host name/],
        [to({ hostname: "a.example", path: "(" }), /invalid regex/],
        [to({ hostname: "a.example", path: "^/(?!x)" }), /invalid regex/],
        [to({ hostname: "a.example", service: "" }), /Service is missing/],
        [to({ hostname: "a.example", service: "router" }), /scheme and a hostname/],
        [to({ hostname: "a.example", service: "http://router/x" }), /different path/],
        [to({ hostname: "a.example", service: "http_status:99" }), /invalid HTTP status code/],
    ])("%j are refused", (wrong, fault) => {
        expect(ingressFault(wrong)).toMatch(fault);
    });

    it.each(["ssh://172.31.255.241:22", "unix:/run/app.sock", "hello_world", "tcp://a:1", "http_status:503"])(
        "may lead to %s",
        (service) => {
            expect(ingressFault(to({ hostname: "a.example", service }))).toBeUndefined();
        },
    );

    const segment = fc.constantFrom("a", "ab", "a.b", "w-s", "~x");
    const prefix = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join("/")}`);
    const route = fc.record(
        { host: fc.constantFrom("a.example", "b.example"), pathPrefix: prefix },
        { requiredKeys: ["host"] },
    );
    const routes = fc.uniqueArray(route, { selector: ({ host, pathPrefix = "" }) => host + pathPrefix });

    it("are taken, whatever routes they are rendered from", () => {
        fc.assert(
            fc.property(routes, (all) => {
                expect(ingressFault(renderIngress(all, "http://router:1"))).toBeUndefined();
            }),
        );
    });
});
