import { KNOWN_IMAGE } from "../support/emptyEngine";
import { created, stopRecords, withApp } from "../support/flyRecords";

afterEach(stopRecords);

describe("secrets", () => {
    it("are versions of which only digests are told", async () => {
        const { calls } = await withApp();
        const set = await calls.post("/apps/shop/secrets/KEY", { value: "one" });
        expect(set).toMatchObject({ status: 201, body: { name: "KEY", version: 1 } });
        const update = await calls.post("/apps/shop/secrets", { values: { KEY: null, A: "1", B: "2" } });
        expect(update.body).toMatchObject({ version: 2, secrets: [{ name: "A" }, { name: "B" }] });
        const list = async (query = "") =>
            (await calls.get<{ secrets: { name: string; digest: string }[] }>(`/apps/shop/secrets${query}`))
                .body.secrets;
        expect((await list()).map(({ name }) => name)).toEqual(["A", "B"]);
        expect((await list("?version=1")).map(({ name }) => name)).toEqual(["KEY"]);
        const [a] = await list("?show_secrets=true");
        expect(a).toEqual({
            name: "A",
            digest: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
            created_at: expect.any(String) as string,
            updated_at: expect.any(String) as string,
        });
        await calls.post("/apps/shop/secrets", { values: { A: "1", B: "other" } });
        const [same, other] = await list();
        expect(same?.digest).toBe(a?.digest);
        expect(other?.digest).not.toBe((await list("?version=2"))[1]?.digest);
        expect((await calls.delete("/apps/shop/secrets/A")).body).toEqual({ version: 4 });
        expect(await calls.refusal("GET", "/apps/shop/secrets/A")).toBe("404 not_found: secret A not found");
        expect(await calls.refusal("DELETE", "/apps/shop/secrets/A")).toBe(
            "404 not_found: secret A not found",
        );
        expect(await calls.refusal("POST", "/apps/shop/secrets/1A", { value: "" })).toBe(
            "400 invalid_argument: '1A' can't be the name of a secret",
        );
    });
});

describe("addresses", () => {
    it("are assigned once each and taken away", async () => {
        const { calls } = await withApp();
        const assign = async (type: string) =>
            (await calls.post<{ ip: string; shared: boolean }>("/apps/shop/ip_assignments", { type })).body;
        expect(await assign("shared_v4")).toMatchObject({ ip: "198.51.100.1", shared: true });
        expect(await assign("shared_v4")).toMatchObject({ ip: "198.51.100.1", shared: true });
        const { ip: v6 } = await assign("v6");
        expect(v6).toMatch(/^2001:db8::/);
        expect((await assign("v4")).ip).toMatch(/^203\.0\.113\./);
        expect((await assign("private_v6")).ip).toMatch(/^fdaa:/);
        expect((await calls.delete(`/apps/shop/ip_assignments/${v6}`)).status).toBe(204);
        const { body } = await calls.get<{ ips: object[] }>("/apps/shop/ip_assignments");
        expect(body.ips).toHaveLength(3);
        expect(await calls.refusal("POST", "/apps/shop/ip_assignments", { type: "v5" })).toBe(
            "400 invalid_argument: unknown type 'v5': v4, v6, shared_v4 or private_v6",
        );
    });
});

describe("certificates", () => {
    const hostname = "shop.example.com";

    it("become active when the hostname leads to the app's address", async () => {
        let leadsHere = false;
        const { fly, calls } = await withApp({ dns: () => leadsHere });
        await created(calls, {
            config: {
                image: KNOWN_IMAGE,
                services: [{ protocol: "tcp", internal_port: 1, ports: [{ port: 443 }] }],
            },
        });
        const acme = await calls.post("/apps/shop/certificates/acme", { hostname });
        expect(acme).toMatchObject({
            status: 201,
            body: { status: "pending_validation", configured: false },
        });
        const check = async () => (await calls.post(`/apps/shop/certificates/${hostname}/check`)).body;
        expect(await check()).toMatchObject({ status: "pending_validation" });
        leadsHere = true;
        await calls.post("/apps/shop/ip_assignments", { type: "private_v6" });
        expect(await check()).toMatchObject({ status: "pending_validation" });
        await calls.post("/apps/shop/ip_assignments", { type: "v6" });
        expect(fly.world.service(hostname)).toBeUndefined();
        expect(await check()).toMatchObject({ status: "active", certificates: [{ source: "fly" }] });
        expect(fly.world.service(hostname)).toMatchObject({ app: "shop" });
        expect((await calls.get("/apps/shop/certificates")).body).toMatchObject({
            total_count: 1,
            certificates: [{ hostname, status: "active" }],
        });
        expect((await calls.delete(`/apps/shop/certificates/${hostname}`)).status).toBe(204);
        expect((await calls.get(`/apps/shop/certificates/${hostname}`)).status).toBe(404);
    });

    it("are for one app", async () => {
        const { calls } = await withApp();
        await calls.post("/apps", { name: "other", org_slug: "personal" });
        await calls.post("/apps/shop/certificates/acme", { hostname });
        expect(await calls.refusal("POST", "/apps/other/certificates/acme", { hostname })).toBe(
            "422 Validation failed: Hostname already exists on an app",
        );
        expect(await calls.refusal("POST", "/apps/other/certificates/acme", { hostname: "shop" })).toBe(
            "422 Validation failed: Hostname 'shop' is not a hostname",
        );
    });
});

describe("volumes as records", () => {
    it("grow, and never shrink", async () => {
        const { calls } = await withApp();
        const { body } = await calls.post<{ id: string }>("/apps/shop/volumes", {
            name: "data",
            region: "fra",
        });
        expect(body).toMatchObject({ size_gb: 3, state: "created", snapshot_retention: 5, encrypted: true });
        const path = `/apps/shop/volumes/${body.id}`;
        expect((await calls.put(`${path}/extend`, { size_gb: 5 })).body).toMatchObject({
            needs_restart: false,
            volume: { size_gb: 5 },
        });
        expect(await calls.refusal("PUT", `${path}/extend`, { size_gb: 4 })).toBe(
            "400 invalid_argument: size_gb must be between 5 and 500",
        );
        expect((await calls.put(path, { snapshot_retention: 10 })).body).toMatchObject({
            snapshot_retention: 10,
        });
        expect(await calls.refusal("PUT", path, { snapshot_retention: 61 })).toBe(
            "400 invalid_argument: snapshot_retention must be between 1 and 60",
        );
        expect((await calls.delete(path)).body).toMatchObject({ state: "destroyed" });
        expect((await calls.get(path)).status).toBe(404);
        expect(await calls.refusal("POST", "/apps/shop/volumes", { name: "My-Data" })).toBe(
            "400 invalid_argument: name must be 1 to 30 lowercase letters, digits or underscores",
        );
    });
});
