import { FlyCalls } from "../support/flyCalls";
import { created, MACHINE, startRecords, stopRecords, withApp } from "../support/flyRecords";

afterEach(stopRecords);

describe("who asks", () => {
    const organizations = [
        { slug: "ours", tokens: ["FlyV1 fm2_ours"] },
        { slug: "theirs", tokens: ["theirs"] },
    ];

    it("must have a token that is known", async () => {
        const { fly } = await startRecords({ organizations });
        const wrong = new FlyCalls(fly.url, "Bearer wrong");
        expect(await wrong.refusal("GET", "/apps?org_slug=ours")).toBe(
            "401 Authenticate: token validation error",
        );
        expect((await new FlyCalls(fly.url, "").get("/apps?org_slug=ours")).status).toBe(401);
    });

    it.each(["Bearer fm2_ours", "FlyV1 fm2_other,fm2_ours", "Bearer FlyV1 fm2_ours"])(
        "may say it as %s",
        async (authorization) => {
            const { fly } = await startRecords({ organizations });
            const calls = new FlyCalls(fly.url, authorization);
            expect((await calls.get("/apps?org_slug=ours")).status).toBe(200);
        },
    );

    it("learns of others' apps only that their names are taken", async () => {
        const { fly } = await startRecords({ organizations });
        const [ours, theirs] = [
            new FlyCalls(fly.url, "FlyV1 fm2_ours"),
            new FlyCalls(fly.url, "Bearer theirs"),
        ];
        await theirs.post("/apps", { name: "shop", org_slug: "theirs" });
        expect(await ours.refusal("GET", "/apps/shop")).toBe("403 unauthorized");
        expect(await ours.refusal("GET", "/apps/shop/machines")).toBe("403 unauthorized");
        expect(await ours.refusal("POST", "/apps", { name: "new", org_slug: "theirs" })).toBe(
            "403 unauthorized",
        );
        const taken = await ours.post("/apps", { app_name: "shop", org_slug: "ours" });
        expect(taken).toMatchObject({
            status: 422,
            body: { error: "Validation failed: Name has already been taken", status: "name_taken" },
        });
        expect(await ours.refusal("GET", "/apps/free")).toBe("404 app not found");
    });

    it("gets an id for each request, and is remembered without token and body", async () => {
        const { fly, calls } = await withApp();
        const { headers } = await calls.get("/apps/shop");
        expect(headers.get("fly-request-id")).toMatch(/^[0-9A-Z]{26}-sim$/);
        await calls.post("/apps/shop/secrets/KEY", { value: "hidden" });
        expect(fly.requests.map(({ atMs, ...rest }) => (atMs >= 0 ? rest : atMs))).toEqual([
            { method: "POST", path: "/v1/apps", action: "app_create", identifier: "shop", status: 201 },
            { method: "GET", path: "/v1/apps/shop", action: "app_get", identifier: "shop", status: 200 },
            {
                method: "POST",
                path: "/v1/apps/shop/secrets/KEY",
                action: "secret_set",
                identifier: "shop",
                status: 201,
            },
        ]);
    });

    it("is told what the simulation doesn't have, and what isn't JSON", async () => {
        const { fly, calls } = await startRecords();
        expect(await calls.refusal("GET", "/postgres/1")).toBe(
            "404 the simulated API has no GET /v1/postgres/1",
        );
        const response = await fetch(`${fly.url}/v1/apps`, {
            method: "POST",
            headers: { authorization: "Bearer simulated-token" },
            body: "{",
        });
        expect(response.status).toBe(400);
    });
});

describe("apps", () => {
    it("are made, listed, read and removed", async () => {
        const { calls } = await withApp();
        await calls.post("/apps", { name: "other", org_slug: "personal", network: "apart" });
        const list = await calls.get<{ total_apps: number; apps: object[] }>("/apps?org_slug=personal");
        expect(list.body).toMatchObject({ total_apps: 2, apps: [{ name: "shop" }, { network: "apart" }] });
        expect((await calls.get("/apps/shop")).body).toMatchObject({
            name: "shop",
            status: "pending",
            organization: { slug: "personal" },
            machine_count: 0,
        });
        expect((await calls.delete("/apps/shop")).status).toBe(202);
        expect(await calls.refusal("GET", "/apps/shop")).toBe("404 app not found");
    });

    it.each(["", "Shop", "-shop", "shop_1", "s".repeat(64)])("can't be called %j", async (name) => {
        const { calls } = await startRecords();
        expect(await calls.refusal("POST", "/apps", { name, org_slug: "personal" })).toBe(
            "422 Validation failed: Name may only contain numbers, lowercase letters and dashes",
        );
    });

    it("need an organization that is there", async () => {
        const { calls } = await startRecords();
        expect(await calls.refusal("POST", "/apps", { name: "shop", org_slug: "none" })).toBe(
            "404 organization not found",
        );
    });

    it("leave nothing to one that gets their name", async () => {
        const { calls } = await withApp();
        await created(calls);
        await calls.post("/apps/shop/volumes", { name: "data", region: "fra" });
        await calls.delete("/apps/shop");
        await calls.post("/apps", { name: "shop", org_slug: "personal" });
        expect((await calls.get("/apps/shop/machines")).body).toEqual([]);
        expect((await calls.get("/apps/shop/volumes")).body).toEqual([]);
    });
});

describe("rate limits", () => {
    it("are three at once for each action on each machine or app, and one more each second", async () => {
        let nowMs = 0;
        const { calls } = await startRecords({ rateLimits: true, now: () => nowMs });
        await calls.post("/apps", { name: "shop", org_slug: "personal" });
        await calls.post("/apps", { name: "other", org_slug: "personal" });
        const statuses = async (app: string, count: number) => {
            const replies = await Promise.all(
                Array.from({ length: count }, () => calls.get(`/apps/${app}/volumes`)),
            );
            return replies.map(({ status }) => status).sort();
        };
        expect(await statuses("shop", 4)).toEqual([200, 200, 200, 429]);
        expect(await statuses("other", 3)).toEqual([200, 200, 200]);
        const refused = await calls.get("/apps/shop/volumes");
        expect(refused).toMatchObject({ status: 429, body: { error: "rate limit exceeded" } });
        expect(refused.headers.get("retry-after")).toBe("1");
        expect((await calls.get("/apps/shop/secrets")).status).toBe(200);
        nowMs += 1000;
        expect(await statuses("shop", 2)).toEqual([200, 429]);
        nowMs += 60_000;
        expect(await statuses("shop", 4)).toEqual([200, 200, 200, 429]);
    });

    it("are ten at once for reading a machine, and five more each second", async () => {
        let nowMs = 0;
        const { calls } = await withApp({ rateLimits: true, now: () => nowMs });
        const { id } = await created(calls);
        const granted = async (count: number) => {
            const path = `/apps/shop/machines/${id}`;
            const replies = await Promise.all(Array.from({ length: count }, () => calls.get(path)));
            return replies.filter(({ status }) => status === 200).length;
        };
        expect(await granted(11)).toBe(10);
        nowMs += 1000;
        expect(await granted(6)).toBe(5);
    });

    it("are a hundred a minute for removing apps", async () => {
        const { calls } = await startRecords({ rateLimits: true, now: () => 0 });
        const replies = await Promise.all(
            Array.from({ length: 101 }, (_, index) => calls.delete(`/apps/none-${index}`)),
        );
        expect(replies.filter(({ status }) => status === 404)).toHaveLength(100);
        expect(replies.filter(({ status }) => status === 429)).toHaveLength(1);
    });
});

describe("faults", () => {
    const cut = "fetch failed";

    async function outcome(calls: FlyCalls): Promise<string> {
        return await calls
            .post("/apps/shop/machines", { ...MACHINE, name: "web" })
            .then(({ status }) => String(status))
            .catch((error: unknown) => (error as Error).message);
    }

    it.each(["429", "500", "503"] as const)("answer %s and do nothing", async (kind) => {
        const { fly, calls } = await withApp();
        fly.fault({ action: "machine_create", kind, times: 2 });
        expect([await outcome(calls), await outcome(calls), await outcome(calls)]).toEqual([
            kind,
            kind,
            "200",
        ]);
    });

    it("cut the connection before anything was done", async () => {
        const { fly, calls } = await withApp();
        fly.fault({ action: "machine_create", app: "other", kind: "drop-before" });
        fly.fault({ action: "machine_create", app: "shop", kind: "drop-before" });
        expect([await outcome(calls), await outcome(calls)]).toEqual([cut, "200"]);
        fly.clearFaults();
        expect(fly.requests.map(({ status }) => status)).toEqual([201, 0, 200]);
    });

    it("cut the connection when all was done", async () => {
        const { fly, calls } = await withApp();
        fly.fault({ action: "machine_create", kind: "drop-after" });
        expect([await outcome(calls), await outcome(calls)]).toEqual([cut, "409"]);
        expect((await calls.get("/apps/shop/machines")).body).toMatchObject([{ name: "web" }]);
        expect(fly.requests.map(({ status }) => status)).toEqual([201, 0, 409, 200]);
    });

    it("take their time", async () => {
        const { fly, calls } = await withApp();
        fly.fault({ action: "machine_create", kind: "slow", ms: 1000 });
        const order: string[] = [];
        await Promise.all([
            outcome(calls).then((status) => order.push(status)),
            calls.get("/apps/shop").then(() => order.push("the other")),
        ]);
        expect(order).toEqual(["the other", "200"]);
    });
});
