import { WireMachine } from "../../rehearsal/fly/wire";
import { KNOWN_IMAGE } from "../support/emptyEngine";
import { created, MACHINE, stopRecords, withApp } from "../support/flyRecords";

afterEach(stopRecords);

describe("a machine's config", () => {
    const refusals: [string, object, string][] = [
        ["no image", { config: {} }, "400 invalid_argument: config.image is required"],
        [
            "an image that is not there",
            { config: { image: "gone:1" } },
            "400 invalid_argument: failed to get manifest gone:1: MANIFEST_UNKNOWN: manifest unknown (no such image)",
        ],
        ["an unknown region", { region: "xyz" }, "400 invalid_argument: region 'xyz' not found"],
        [
            "an unknown kind of CPU",
            { config: { image: KNOWN_IMAGE, guest: { cpu_kind: "fast" } } },
            "400 invalid_argument: invalid config.guest.cpu_kind, no machine type 'fast'",
        ],
        [
            "a number of CPUs that there isn't",
            { config: { image: KNOWN_IMAGE, guest: { cpu_kind: "shared", cpus: 3 } } },
            "400 invalid_argument: invalid config.guest.cpus, shared machines have 1, 2, 4, 6, 8 CPUs, not 3",
        ],
        [
            "too little memory",
            { config: { image: KNOWN_IMAGE, guest: { cpu_kind: "shared", cpus: 2, memory_mb: 256 } } },
            "400 invalid_argument: invalid config.guest.memory_mb, minimum required 512 MiB",
        ],
        [
            "too much memory",
            { config: { image: KNOWN_IMAGE, guest: { cpu_kind: "shared", cpus: 1, memory_mb: 4096 } } },
            "400 invalid_argument: invalid config.guest.memory_mb, maximum allowed 2048 MiB",
        ],
        [
            "memory in odd steps",
            { config: { image: KNOWN_IMAGE, guest: { cpu_kind: "performance", cpus: 1, memory_mb: 2100 } } },
            "400 invalid_argument: invalid config.guest.memory_mb, not a multiple of 256",
        ],
        [
            "an unknown size",
            { config: { image: KNOWN_IMAGE, size: "shared-cpu-3x" } },
            "400 invalid_argument: invalid config.size, no machine size named 'shared-cpu-3x'",
        ],
        [
            "a check that is no duration",
            { config: { image: KNOWN_IMAGE, checks: { up: { type: "tcp", port: 1, interval: "soon" } } } },
            '400 invalid_argument: config: up.interval: invalid duration "soon"',
        ],
        [
            "a volume that is not there",
            { config: { image: KNOWN_IMAGE, mounts: [{ volume: "vol_none", path: "/data" }] } },
            "404 not_found: volume vol_none not found",
        ],
        [
            "secrets that are not there yet",
            { min_secrets_version: 2 },
            "412 failed_precondition: secrets are at version 0, not yet at 2",
        ],
        [
            "several containers",
            { config: { image: KNOWN_IMAGE, containers: [{ name: "a" }] } },
            "422 the simulated platform runs one process in a machine, and no config.containers",
        ],
    ];

    it.each(refusals)("with %s is refused, and nothing is made", async (_, change, refusal) => {
        const { calls } = await withApp();
        expect(await calls.refusal("POST", "/apps/shop/machines", { ...MACHINE, ...change })).toBe(refusal);
        expect((await calls.get("/apps/shop/machines")).body).toEqual([]);
    });

    it("may name its size", async () => {
        const { calls } = await withApp();
        await created(calls, { config: { image: KNOWN_IMAGE, size: "performance-2x" } });
        await created(calls, { config: { image: KNOWN_IMAGE, size: "shared-cpu-4x" } });
    });

    it("can't mount a volume of another region, or one that somebody has", async () => {
        const { calls } = await withApp();
        const volume = await calls.post<{ id: string }>("/apps/shop/volumes", {
            name: "data",
            region: "fra",
        });
        const { id } = volume.body;
        const config = { image: KNOWN_IMAGE, mounts: [{ volume: id, path: "/data" }] };
        expect(
            await calls.refusal("POST", "/apps/shop/machines", { ...MACHINE, region: "iad", config }),
        ).toBe(`400 invalid_argument: volume ${id} is in fra, the machine in iad`);
        const first = await created(calls, { config });
        expect(await calls.refusal("POST", "/apps/shop/machines", { ...MACHINE, config })).toBe(
            `412 failed_precondition: volume ${id} is already attached to ${first.id}`,
        );
        expect(await calls.refusal("DELETE", `/apps/shop/volumes/${id}`)).toBe(
            `412 failed_precondition: volume is attached to machine ${first.id}`,
        );
        expect(
            await calls.refusal("POST", `/apps/shop/machines/${first.id}`, {
                config: { image: KNOWN_IMAGE },
            }),
        ).toBe("400 invalid_argument: config.mounts: a machine can't change its volume");
    });

    it("is given back as it came, with what the simulation does not know", async () => {
        const { calls } = await withApp();
        const config = { image: KNOWN_IMAGE, metrics: { port: 9091, path: "/metrics" }, env: { A: "1" } };
        const { id } = await created(calls, { config });
        expect((await calls.get(`/apps/shop/machines/${id}`)).body).toMatchObject({ config });
    });
});

describe("machines as records", () => {
    it("are found by region, metadata, and what they were", async () => {
        const { calls } = await withApp();
        const web = { config: { image: KNOWN_IMAGE, metadata: { role: "web", of: "shop" } } };
        const first = await created(calls, web);
        const second = await created(calls, { ...web, region: "iad" });
        const third = await created(calls);
        const ids = async (query: string) =>
            (await calls.get<WireMachine[]>(`/apps/shop/machines${query}`)).body.map(({ id }) => id);
        expect(await ids("")).toEqual([first.id, second.id, third.id]);
        expect(await ids("?region=iad")).toEqual([second.id]);
        expect(await ids("?metadata.role=web&metadata.of=shop")).toEqual([first.id, second.id]);
        expect(await ids("?metadata.role=worker")).toEqual([]);
        await calls.delete(`/apps/shop/machines/${third.id}`);
        await calls.wait("shop", third, "destroyed");
        expect(await ids("")).toEqual([first.id, second.id]);
        expect(await ids("?include_deleted=true")).toEqual([first.id, second.id, third.id]);
    });

    it("have names of their own within an app", async () => {
        const { calls } = await withApp();
        const { id } = await created(calls, { name: "web-1" });
        expect(await calls.refusal("POST", "/apps/shop/machines", { ...MACHINE, name: "web-1" })).toBe(
            `409 already_exists: unique machine name violation, machine ID ${id} already exists with name "web-1"`,
        );
    });

    it("are as many as the quota allows", async () => {
        const organizations = [
            { slug: "personal", tokens: ["simulated-token"], quota: { machines: 1, volumes: 0 } },
        ];
        const { calls } = await withApp({ organizations });
        await created(calls);
        expect(await calls.refusal("POST", "/apps/shop/machines", MACHINE)).toBe(
            "422 organization personal has reached its limit of 1 machines; ask for a higher one",
        );
        expect((await calls.post("/apps/shop/volumes", { name: "data" })).status).toBe(422);
    });

    it("change metadata without a new version", async () => {
        const { calls } = await withApp();
        const { id, instance_id } = await created(calls);
        const metadata = `/apps/shop/machines/${id}/metadata`;
        expect((await calls.post(`${metadata}/role`, { value: "web" })).status).toBe(204);
        expect((await calls.post(`${metadata}/of`, { value: "shop" })).status).toBe(204);
        expect((await calls.delete(`${metadata}/of`)).status).toBe(204);
        expect((await calls.get(metadata)).body).toEqual({ role: "web" });
        expect((await calls.get(`/apps/shop/machines/${id}`)).body).toMatchObject({ instance_id });
    });

    it("get a new version by an update, of which the old one knows nothing", async () => {
        const { calls } = await withApp();
        const { id, instance_id: old } = await created(calls);
        const update = { config: { image: KNOWN_IMAGE, env: { A: "2" } }, skip_launch: true };
        const path = `/apps/shop/machines/${id}`;
        expect(await calls.refusal("POST", path, { ...update, current_version: "01" })).toBe(
            `409 aborted: current_version is not ${old}, the machine's`,
        );
        expect(await calls.refusal("POST", path, { ...update, region: "iad" })).toBe(
            "400 invalid_argument: name and region of a machine can't be changed",
        );
        const { body } = await calls.post<WireMachine>(path, { ...update, current_version: old });
        expect(body.instance_id).not.toBe(old);
        expect(await calls.wait("shop", body, "created")).toMatchObject({
            state: "created",
            config: update.config,
        });
        expect(await calls.refusal("GET", `${path}/wait?state=started&version=${old}`)).toBe(
            "412 failed_precondition: machine failed to reach desired state, started, currently replaced",
        );
    });

    it("are cordoned from the first when they shall not be registered", async () => {
        const { calls } = await withApp();
        const machine = await created(calls, { skip_service_registration: true });
        expect(machine.cordoned).toBe(true);
        await calls.post(`/apps/shop/machines/${machine.id}/uncordon`);
        expect((await calls.get(`/apps/shop/machines/${machine.id}`)).body).toMatchObject({
            cordoned: false,
        });
    });
});

describe("waiting", () => {
    it("for stopped takes a version", async () => {
        const { calls } = await withApp();
        const { id } = await created(calls);
        expect(await calls.refusal("GET", `/apps/shop/machines/${id}/wait?state=stopped`)).toBe(
            "400 invalid_argument: instance_id is required to wait for stopped",
        );
        expect(await calls.refusal("GET", `/apps/shop/machines/${id}/wait?state=asleep`)).toBe(
            "400 invalid_argument: unknown state 'asleep'",
        );
    });

    it("ends with 408 when the time is over", async () => {
        const { calls } = await withApp();
        const { id } = await created(calls);
        expect(await calls.refusal("GET", `/apps/shop/machines/${id}/wait?state=started&timeout=0`)).toBe(
            "408 deadline_exceeded: timeout reached waiting for machine's state to change to started",
        );
    });

    it("ends with 404 when the machine goes away, unless that was waited for", async () => {
        const { calls } = await withApp();
        const { id } = await created(calls);
        const path = `/apps/shop/machines/${id}`;
        const waiting = calls.refusal("GET", `${path}/wait?state=started`);
        const gone = calls.get(`${path}/wait?state=destroyed`);
        await calls.delete(path);
        expect(await waiting).toBe("404 not_found: machine not found");
        expect((await gone).status).toBe(200);
        expect((await calls.get(path)).body).toMatchObject({ state: "destroyed" });
        expect(await calls.refusal("DELETE", path)).toBe("404 not_found: machine not found");
    });
});

describe("leases", () => {
    interface Lease {
        readonly data: { readonly nonce: string; readonly expires_at: number; readonly description: string };
    }

    it("keep everybody else from changing a machine", async () => {
        const { calls } = await withApp();
        const { id } = await created(calls);
        const path = `/apps/shop/machines/${id}`;
        const lease = await calls.post<Lease>(`${path}/lease`, { ttl: 60, description: "release 7" });
        expect(lease.status).toBe(201);
        const { nonce, expires_at } = lease.body.data;
        const held = expect.stringMatching(
            /^409 aborted: lease currently held by .* \(release 7\), expires at /,
        ) as string;
        const update = { config: { image: KNOWN_IMAGE }, skip_launch: true };
        expect(await calls.refusal("POST", path, update)).toEqual(held);
        expect(await calls.refusal("POST", path, update, "wrong")).toEqual(held);
        expect(await calls.refusal("DELETE", path)).toEqual(held);
        expect(await calls.refusal("POST", `${path}/lease`, {})).toEqual(held);
        for (const action of ["start", "stop", "restart", "suspend", "cordon", "uncordon"]) {
            expect(await calls.refusal("POST", `${path}/${action}`)).toEqual(held);
        }
        expect((await calls.get(path)).body).toMatchObject({ nonce, state: "created" });
        expect((await calls.get<Lease>(`${path}/lease`)).body.data).toMatchObject({
            nonce,
            description: "release 7",
        });
        const refreshed = await calls.post<Lease>(`${path}/lease?ttl=600`, undefined, nonce);
        expect(refreshed).toMatchObject({ status: 200, body: { data: { nonce } } });
        expect(refreshed.body.data.expires_at).toBeGreaterThan(expires_at);
        expect((await calls.post(path, update, nonce)).status).toBe(200);
        expect(await calls.refusal("DELETE", `${path}/lease`)).toBe(
            "400 invalid_argument: the nonce is not the lease's",
        );
        expect((await calls.delete(`${path}/lease`, nonce)).status).toBe(200);
        expect(await calls.refusal("GET", `${path}/lease`)).toBe("404 not_found: lease not found");
        expect((await calls.post(path, update)).status).toBe(200);
    });

    it("end, and with them what their nonce is good for", async () => {
        const { calls } = await withApp();
        const { id, nonce = "" } = await created(calls, { lease_ttl: 0.2 });
        const path = `/apps/shop/machines/${id}`;
        // It ends by itself: asking is the only way to see it.
        while ((await calls.get(`${path}/lease`)).status === 200);
        expect(await calls.refusal("POST", `${path}/cordon`, undefined, nonce)).toBe(
            "409 aborted: lease not found",
        );
        expect(await calls.refusal("POST", `${path}/lease`, {}, nonce)).toBe(
            "404 not_found: lease not found",
        );
        expect((await calls.post(`${path}/cordon`)).status).toBe(200);
    });

    it("come with a new machine", async () => {
        const { calls } = await withApp();
        const { id, nonce } = await created(calls, { lease_ttl: 30 });
        expect(nonce).toMatch(/^[0-9a-f]{12}$/);
        expect((await calls.post(`/apps/shop/machines/${id}/cordon`, undefined, nonce)).status).toBe(200);
    });
});
