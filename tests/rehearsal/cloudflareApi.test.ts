import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
    ACCOUNT,
    CloudflareCalls,
    OTHER_ACCOUNT,
    OTHER_ZONE,
    startCloudflare,
    stopCloudflares,
    ZONE,
} from "../support/cloudflare";

afterEach(stopCloudflares);

const RECORDS = `/zones/${ZONE}/dns_records`;

async function started(): Promise<CloudflareCalls> {
    return new CloudflareCalls((await startCloudflare()).url);
}

describe("who asks", () => {
    it.each([
        [undefined, "400 9106 Missing X-Auth-Key, X-Auth-Email or Authorization headers"],
        ["Basic abc", "400 6003 Invalid request headers"],
        ["Bearer wrong", "403 10000 Authentication error"],
    ])("with %s is refused", async (authorization, refusal) => {
        const { url } = await startCloudflare();
        const headers = new Headers(authorization === undefined ? {} : { authorization });
        const response = await fetch(`${url}/zones`, { headers });
        const { success, errors, result } = (await response.json()) as {
            success: boolean;
            errors: { code: number; message: string }[];
            result: unknown;
        };
        expect({ success, result }).toEqual({ success: false, result: null });
        expect(`${response.status} ${errors[0]?.code ?? ""} ${errors[0]?.message ?? ""}`).toBe(refusal);
    });

    it("sees one's own account and nothing of another", async () => {
        const calls = await started();
        const denied = "403 10000 Authentication error";
        expect(await calls.refusal("GET", `/zones/${OTHER_ZONE}`)).toBe(denied);
        expect(await calls.refusal("GET", `/zones/${OTHER_ZONE}/dns_records`)).toBe(denied);
        expect(await calls.refusal("GET", `/accounts/${OTHER_ACCOUNT}/cfd_tunnel`)).toBe(denied);
        expect(await calls.refusal("GET", `/zones/${"3".repeat(32)}`)).toBe(denied);
        expect(await calls.result<unknown[]>("GET", "/zones")).toHaveLength(1);
    });

    it("may not ask for what is not there, nor send what is no JSON", async () => {
        const calls = await started();
        expect(await calls.refusal("GET", "/nothing")).toBe("404 7000 No route for that URI");
        expect(await calls.refusal("PUT", "/zones")).toBe(
            "405 10405 PUT method not allowed for this resource",
        );
        expect(await calls.refusal("GET", "/zones/mine")).toBe(
            "404 7003 Could not route to /client/v4/zones/mine, perhaps your object identifier is invalid?",
        );
        expect(await calls.refusal("POST", RECORDS, "{")).toBe(
            "400 9207 Failed to parse request body, content-type must be application/json",
        );
    });
});

describe("zones", () => {
    it("are found by name and by id", async () => {
        const calls = await started();
        const [zone] = await calls.result<unknown[]>("GET", "/zones?name=shop.example");
        expect(zone).toMatchObject({ id: ZONE, name: "shop.example", account: { id: ACCOUNT } });
        expect(await calls.result("GET", `/zones/${ZONE}`)).toEqual(zone);
        expect(await calls.result<unknown[]>("GET", "/zones?name=none.example")).toEqual([]);
    });
});

describe("a record", () => {
    const A = { type: "A", name: "www.shop.example", content: "192.0.2.1", ttl: 1 };

    it("is made, told, listed, changed in part and as a whole, and deleted", async () => {
        const calls = await started();
        const made = await calls.result("POST", RECORDS, { ...A, comment: "ours" });
        const id = String(made.id);
        expect(id).toMatch(/^[0-9a-f]{32}$/);
        expect(made).toMatchObject({ ...A, comment: "ours", proxied: false, proxiable: true });
        expect(await calls.result("GET", `${RECORDS}/${id}`)).toEqual(made);
        const patched = await calls.result("PATCH", `${RECORDS}/${id}`, { content: "192.0.2.2" });
        expect(patched).toMatchObject({ ...A, content: "192.0.2.2", comment: "ours" });
        const put = await calls.result("PUT", `${RECORDS}/${id}`, { ...A, proxied: true, ttl: 600 });
        // The edge decides on the TTL of what is proxied.
        expect(put).toMatchObject({ id, comment: null, proxied: true, ttl: 1, created_on: made.created_on });
        expect(await calls.result("DELETE", `${RECORDS}/${id}`)).toEqual({ id });
        expect(await calls.refusal("GET", `${RECORDS}/${id}`)).toBe("404 81044 Record does not exist.");
        expect(await calls.refusal("DELETE", `${RECORDS}/${id}`)).toBe("404 81044 Record does not exist.");
        expect((await calls.result("POST", RECORDS, A)).id).not.toBe(id);
    });

    it("is listed by its type and name, a page at a time", async () => {
        const calls = await started();
        for (const host of ["a", "b", "c"]) {
            await calls.result("POST", RECORDS, { ...A, name: `${host}.shop.example` });
        }
        await calls.result("POST", RECORDS, { ...A, type: "AAAA", content: "2001:db8::1" });
        const page = await calls.send("GET", `${RECORDS}?type=A&per_page=2&page=2`);
        expect(page.result).toMatchObject([{ name: "c.shop.example" }]);
        expect(page.result_info).toEqual({
            page: 2,
            per_page: 2,
            count: 1,
            total_count: 3,
            total_pages: 2,
        });
        const named = await calls.result<unknown[]>("GET", `${RECORDS}?name=www.shop.example`);
        expect(named).toMatchObject([{ type: "AAAA" }]);
    });

    it.each([
        [{ type: "MX" }, "1004 DNS Validation Error: type must be one of A, AAAA, CAA, CNAME, TXT"],
        [{ name: "www.other.example" }, "9000 DNS name is invalid: it has to lie in the zone shop.example."],
        [{ name: "a b.shop.example" }, "9000 DNS name is invalid: it has to lie in the zone shop.example."],
        [{ name: "eshop.example" }, "9000 DNS name is invalid: it has to lie in the zone shop.example."],
        [{ content: "192.0.2" }, "9005 Content for A record must be a valid IPv4 address."],
        [
            { type: "AAAA", content: "192.0.2.1" },
            "9006 Content for AAAA record must be a valid IPv6 address.",
        ],
        [{ type: "CNAME", content: "192.0.2.1" }, "9007 Content for CNAME record is invalid."],
        [{ type: "TXT", content: "" }, "1004 DNS Validation Error: content for TXT record is missing"],
        [
            { type: "CAA", data: { flags: 0, tag: "give", value: "ca.example" } },
            "1004 DNS Validation Error: data of a CAA record needs flags, tag and value",
        ],
        [{ type: "TXT", content: "x", proxied: true }, "9004 This record type cannot be proxied."],
        [{ content: "10.0.0.1", proxied: true }, "9003 Target 10.0.0.1 is not allowed for a proxied record."],
        [{ ttl: 59 }, "9021 Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic."],
    ])("%j is refused", async (wrong, refusal) => {
        const calls = await started();
        expect(await calls.refusal("POST", RECORDS, { ...A, ...wrong })).toBe(`400 ${refusal}`);
        expect(await calls.result<unknown[]>("GET", RECORDS)).toEqual([]);
    });

    it("stands once, and an alias beside no address", async () => {
        const calls = await started();
        const alias = { type: "CNAME", name: "alias.shop.example", content: "www.shop.example", ttl: 1 };
        const { id } = await calls.result("POST", RECORDS, A);
        await calls.result("POST", RECORDS, alias);
        await calls.result("POST", RECORDS, { ...A, content: "192.0.2.2" });
        const none = "400 81053 An A, AAAA, or CNAME record with that host already exists.";
        expect(await calls.refusal("POST", RECORDS, A)).toBe("400 81058 An identical record already exists.");
        expect(await calls.refusal("POST", RECORDS, { ...alias, name: A.name })).toBe(none);
        expect(await calls.refusal("POST", RECORDS, { ...alias, content: "shop.example" })).toBe(none);
        const taken = "400 81054 A CNAME record with that host already exists.";
        expect(await calls.refusal("POST", RECORDS, { ...A, name: alias.name })).toBe(taken);
        expect(await calls.refusal("PATCH", `${RECORDS}/${String(id)}`, { name: alias.name })).toBe(taken);
        // What it says of itself is no conflict.
        expect(await calls.refusal("PUT", `${RECORDS}/${String(id)}`, A)).toBe("200 success");
    });
});

describe("the world", () => {
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "berth-cloudflare-"))));
    afterEach(() => {
        rmSync(folder, { recursive: true });
    });

    it("is read again by the next, with ids and all, out of a file of its owner's alone", async () => {
        const file = join(folder, "world.json");
        const first = await startCloudflare({ file });
        const before = new CloudflareCalls(first.url);
        const record = { type: "TXT", name: "shop.example", content: "hello", ttl: 300 };
        const made = await before.result("POST", RECORDS, record);
        await stopCloudflares();
        const after = new CloudflareCalls((await startCloudflare({ file })).url);
        expect(await after.result("GET", `${RECORDS}/${String(made.id)}`)).toEqual(made);
        expect(statSync(file).mode & 0o777).toBe(0o600);
        expect(readdirSync(folder)).toEqual(["world.json"]);
    });

    it("is in its file before anybody hears of a change", async () => {
        const file = join(folder, "world.json");
        const calls = new CloudflareCalls((await startCloudflare({ file })).url);
        const record = { type: "A", name: "shop.example", content: "192.0.2.9", ttl: 1 };
        const { id } = await calls.result("POST", RECORDS, record);
        const kept = JSON.parse(readFileSync(file, "utf8")) as { records: Record<string, unknown> };
        expect(Object.keys(kept.records)).toEqual([id]);
    });

    it("does not begin anew where its file is broken", async () => {
        const file = join(folder, "world.json");
        writeFileSync(file, "{");
        await expect(startCloudflare({ file })).rejects.toThrow(`${file} is no world of a simulated cloud`);
    });
});
