import { WireMachine, WireVolume } from "../../rehearsal/fly/wire";
import { until } from "../support/containers";
import { FlyPlatform, FOREVER } from "../support/flyPlatform";

jest.setTimeout(120_000);
let platform: FlyPlatform;

beforeAll(async () => {
    platform = await FlyPlatform.start("volumes");
});

afterAll(async () => {
    await platform.fly.stop();
});

async function createVolume(input: object = {}): Promise<WireVolume> {
    const body = { name: "data", region: "fra", ...input };
    return (await platform.calls.post<WireVolume>("/apps/shop/volumes", body)).body;
}

async function ready({ id }: WireVolume): Promise<void> {
    const get = async () => (await platform.calls.get<WireVolume>(`/apps/shop/volumes/${id}`)).body;
    await until(
        async () => (await get()).state === "created",
        async () => (await get()).state,
    );
}

/** Takes a snapshot, and gives its id when it is done. */
async function snapshotOf({ id }: WireVolume): Promise<string> {
    const path = `/apps/shop/volumes/${id}/snapshots`;
    const { body } = await platform.calls.post<{ Msg: { backup: { id: string } } }>(path);
    const snapshot = body.Msg.backup.id;
    const list = async () => (await platform.calls.get<{ id: string; status: string }[]>(path)).body;
    await until(
        async () => (await list()).some((each) => each.id === snapshot && each.status === "created"),
        async () => JSON.stringify(await list()),
    );
    return snapshot;
}

function holding(volume: WireVolume, path = "/data") {
    return platform.launch({ init: { cmd: FOREVER }, mounts: [{ volume: volume.id, path }] });
}

describe("a volume", () => {
    it("keeps its files over restarts and machines", async () => {
        const volume = await createVolume();
        const first = await holding(volume);
        await platform.shell(first, "echo kept > /data/file");
        await platform.calls.post(`${platform.path(first)}/restart`);
        expect(await platform.shell(first, "cat /data/file")).toBe("kept\n");
        await platform.calls.delete(`${platform.path(first)}?force=true`);
        await platform.calls.wait("shop", first, "destroyed");
        const second = await holding(volume);
        expect(await platform.shell(second, "cat /data/file")).toBe("kept\n");
        const { body } = await platform.calls.get(`/apps/shop/volumes/${volume.id}`);
        expect(body).toMatchObject({ attached_machine_id: second.id });
    });

    it("is empty at first, whatever the image has in its place", async () => {
        const machine = await holding(await createVolume(), "/etc");
        expect(
            await platform.shell(machine, "ls /etc/passwd 2>&1 | wc -l; ls /etc/debian_version || true"),
        ).toBe("1\n");
    });

    it("is forked with what is in it", async () => {
        const volume = await createVolume({ size_gb: 4 });
        const machine = await holding(volume);
        await platform.shell(machine, "echo forked > /data/file; chown 1000:1000 /data/file");
        const fork = await createVolume({ source_volume_id: volume.id });
        expect(fork).toMatchObject({ state: "restoring", size_gb: 4 });
        await ready(fork);
        const other = await holding(fork);
        expect(await platform.shell(other, "cat /data/file; stat -c %u:%g /data/file")).toBe(
            "forked\n1000:1000\n",
        );
    });
});

describe("a snapshot", () => {
    it("of a database that is in use restores to what was committed", async () => {
        const volume = await createVolume();
        const machine = await database(volume);
        await sql(machine, "create table orders (id int); insert into orders select generate_series(1, 500)");
        const snapshot = await snapshotOf(volume);
        await sql(machine, "insert into orders select generate_series(501, 600)");
        expect(await sql(machine, "select count(*) from orders")).toBe("600");
        const restored = await createVolume({ snapshot_id: snapshot });
        await ready(restored);
        const other = await database(restored);
        expect(await sql(other, "select count(*) from orders")).toBe("500");
        expect(
            await platform.calls.refusal("POST", "/apps/shop/volumes", {
                name: "data",
                snapshot_id: "vs_none",
            }),
        ).toBe("404 not_found: snapshot vs_none not found");
    });
});

async function database(volume: WireVolume): Promise<WireMachine> {
    const machine = await platform.launch({
        image: "postgres:16",
        env: { POSTGRES_PASSWORD: "for-a-test", PGDATA: "/data/postgres" },
        mounts: [{ volume: volume.id, path: "/data" }],
        guest: { cpu_kind: "shared", cpus: 1, memory_mb: 512 },
        checks: { up: { type: "tcp", port: 5432, interval: "1s", timeout: "1s" } },
    });
    // The check needs a port that answers from outside: the server that fills a new volume listens on a socket only.
    const passing = await platform.until(machine, ({ checks }) => checks[0]?.status === "passing");
    // One that recovers listens before it takes anybody in.
    await until(
        async () => (await platform.exec(machine, ["pg_isready", "-U", "postgres"])).body.exit_code === 0,
        () => Promise.resolve("the database does not get ready"),
    );
    return passing;
}

async function sql(machine: WireMachine, statement: string): Promise<string> {
    const { body } = await platform.exec(machine, ["psql", "-U", "postgres", "-Atc", statement]);
    expect(body).toMatchObject({ exit_code: 0, stderr: "" });
    return body.stdout.trim();
}
