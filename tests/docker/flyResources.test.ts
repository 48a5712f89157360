import { FlyProviderTest } from "../support/flyProvider";
import { group, GROUP, IMAGES } from "../support/flyShop";
import { Values } from "../support/providerClient";

jest.setTimeout(120_000);
const OTHERS = "the-token-of-others";

let fly: FlyProviderTest;
beforeAll(async () => {
    fly = await FlyProviderTest.start("resources", {
        images: IMAGES,
        rateLimits: false,
        organizations: [
            { slug: "personal", tokens: ["simulated-token"] },
            { slug: "small", tokens: ["simulated-token"], quota: { machines: 1 } },
            { slug: "others", tokens: [OTHERS] },
        ],
    });
    await fly.make("fly:index:App", { name: "shop" });
});
afterAll(() => fly.stop());

/** What a refresh of a later run tells. */
async function refreshed(type: string, made: { id: string; state: Values }) {
    const provider = await FlyProviderTest.connect(fly.fly);
    const read = await provider.read(type, made.id, made.state);
    provider.close();
    return read;
}

async function imported(type: string, id: string): Promise<Values> {
    const provider = await FlyProviderTest.connect(fly.fly);
    const { inputs } = await provider.read(type, id, {});
    provider.close();
    return inputs;
}

describe("an app", () => {
    const APP = "fly:index:App";

    it("comes, is found by its name, and goes; what is gone is gone", async () => {
        const made = await fly.make(APP, { name: "short-lived" });
        expect(made).toEqual({
            id: "short-lived",
            state: { name: "short-lived", organization: "personal", hostname: "short-lived.fly.dev" },
        });
        expect(await imported(APP, "short-lived")).toEqual({ name: "short-lived", organization: "personal" });
        await fly.provider.delete(APP, made.id, made.state);
        await fly.provider.delete(APP, made.id, made.state);
        expect((await refreshed(APP, made)).id).toBe("");
    });

    it("is taken over where nothing runs in it, and never where something does", async () => {
        await fly.calls.post("/apps", { app_name: "left", org_slug: "personal" });
        expect((await fly.make(APP, { name: "left" })).id).toBe("left");
        const config = { image: "node:20-slim", init: { cmd: ["sleep", "infinity"] } };
        await fly.calls.post("/apps/left/machines", { region: "iad", config });
        await expect(fly.make(APP, { name: "left" })).rejects.toThrow(
            'the app "left" is there already, in the organization "personal" and has machines: 1\n' +
                "Take it over with `pulumi import fly:index:App NAME left`, or give this one another name.",
        );
    });

    it("of another organization's name is refused, with what can be done", async () => {
        const theirs = await FlyProviderTest.connect(fly.fly, OTHERS);
        await theirs.create(APP, { name: "theirs", organization: "others" });
        theirs.close();
        await expect(fly.make(APP, { name: "theirs" })).rejects.toThrow(
            'the name "theirs" is taken by another organization: names of apps are unique across all of Fly. Choose another one.',
        );
    });

    it("with a bad token says how to get a good one, without showing it", async () => {
        const provider = await FlyProviderTest.connect(fly.fly, "fm2_expired-token");
        const failure = await provider.create(APP, { name: "any", organization: "personal" }).catch(String);
        expect(failure).toMatch(
            /could not look at the app "any": .*\(status 401, request \S+\)\nThe token is missing, wrong or expired: `fly tokens create org` makes one; set it as FLY_API_TOKEN or with `pulumi config set --secret fly:token`\./,
        );
        expect(failure).not.toContain("expired-token");
        provider.close();
    });

    it("is not deleted over a volume that somebody else has put there", async () => {
        const made = await fly.make(APP, { name: "with-data" });
        const { body } = await fly.calls.post<{ id: string }>("/apps/with-data/volumes", {
            name: "precious",
            region: "iad",
            size_gb: 1,
        });
        await expect(fly.provider.delete(APP, made.id, made.state)).rejects.toThrow(
            `it has volumes that are not this stack's, or that it keeps: ${body.id} (precious)`,
        );
        expect((await refreshed(APP, made)).id).toBe("with-data");
    });
});

describe("a volume", () => {
    const VOLUME = "fly:index:Volume";

    it("grows in place, keeps its snapshots for as long as it is told, and never shrinks", async () => {
        const made = await fly.make(VOLUME, { app: "shop", region: "iad" });
        expect(made.state).toMatchObject({ sizeGb: 3, encrypted: true, snapshotRetentionDays: 5 });
        const inputs = { app: "shop", region: "iad", sizeGb: 5, snapshotRetentionDays: 30 };
        const state = await fly.change(VOLUME, made, inputs);
        expect((await refreshed(VOLUME, { ...made, state })).inputs).toMatchObject(inputs);
        const { failures } = await fly.provider.check(
            VOLUME,
            { ...inputs, name: state.name as string, sizeGb: 4 },
            state,
        );
        expect(failures).toEqual(["sizeGb: is 4: a volume of 5 GB does not shrink"]);
        await fly.provider.delete(VOLUME, made.id, state);
        await fly.provider.delete(VOLUME, made.id, state);
        expect((await refreshed(VOLUME, made)).id).toBe("");
    });

    it("shows what was changed by hand, and is imported by its id", async () => {
        const made = await fly.make(VOLUME, { app: "shop", region: "fra", name: "by_hand" });
        const volume = made.state.volumeId as string;
        await fly.calls.put(`/apps/shop/volumes/${volume}`, { snapshot_retention: 9 });
        expect((await refreshed(VOLUME, made)).inputs).toMatchObject({ snapshotRetentionDays: 9 });
        expect(await imported(VOLUME, `shop/${volume}`)).toMatchObject({ name: "by_hand", region: "fra" });
        await expect(fly.make(VOLUME, { app: "shop", region: "fra", name: "by_hand" })).rejects.toThrow(
            `the app "shop" has a volume "by_hand" in fra that no machine uses: ${volume}\nTake it over with`,
        );
    });
});

describe("secrets", () => {
    const SECRETS = "fly:index:Secrets";

    it("are set and unset, leave others alone, and show what was changed by hand", async () => {
        await fly.make("fly:index:App", { name: "safe" });
        await fly.calls.post("/apps/safe/secrets/OTHER", { value: "of somebody else" });
        const made = await fly.make(SECRETS, { app: "safe", values: { A: "first", B: "second" } });
        expect(Object.keys(made.state.digests as Values)).toEqual(["A", "B"]);
        const state = await fly.change(SECRETS, made, { app: "safe", values: { A: "first", C: "third" } });
        const names = async () => {
            const { body } = await fly.calls.get<{ secrets: { name: string }[] }>("/apps/safe/secrets");
            return body.secrets.map(({ name }) => name).sort();
        };
        expect(await names()).toEqual(["A", "C", "OTHER"]);
        expect((await refreshed(SECRETS, { ...made, state })).state).toEqual(state);
        await fly.calls.post("/apps/safe/secrets/A", { value: "by hand" });
        await fly.calls.delete("/apps/safe/secrets/C");
        const drifted = JSON.stringify((await refreshed(SECRETS, { ...made, state })).inputs.values);
        expect(drifted).toContain("(set outside of this program)");
        expect(drifted).not.toContain("third");
        await fly.provider.delete(SECRETS, made.id, state);
        expect(await names()).toEqual(["OTHER"]);
    });
});

describe("an address and a certificate", () => {
    it("come, are found again, and go", async () => {
        for (const [kind, inputs, path] of [
            ["IpAddress", { app: "shop", type: "shared_v4" }, "ip_assignments"],
            ["IpAddress", { app: "shop", type: "v6" }, "ip_assignments"],
            ["Certificate", { app: "shop", hostname: "shop.example.com" }, "certificates"],
        ] as const) {
            const type = `fly:index:${kind}`;
            const made = await fly.make(type, inputs);
            expect(await imported(type, made.id)).toEqual(inputs);
            expect((await fly.make(type, inputs)).id).toBe(made.id);
            await fly.provider.delete(type, made.id, made.state);
            await fly.provider.delete(type, made.id, made.state);
            expect([path, (await refreshed(type, made)).id]).toEqual([path, ""]);
        }
    });
});

describe("a machine", () => {
    const MACHINE = "fly:index:Machine";
    const keeps = (code = 0, more: Values = {}): Values => ({
        image: "registry.fly.io/shop:1",
        command: ["sh", "-c", code === 0 ? "sleep infinity" : `exit ${code}`],
        ...more,
    });

    it("is changed in place with its volume, and keeps its old config where the new one does not work", async () => {
        const volume = await fly.make("fly:index:Volume", { app: "shop", region: "iad", name: "kept" });
        const mounts = [{ volume: volume.state.volumeId as string, path: "/data" }];
        const inputs: Values = { app: "shop", region: "iad", config: keeps(), mounts };
        const made = await fly.make(MACHINE, inputs);
        const path = `/apps/shop/machines/${made.state.machineId as string}`;
        await fly.calls.post(`${path}/exec`, { command: ["sh", "-c", "echo kept > /data/file"] });
        const bigger = { ...inputs, config: keeps(0, { guest: { memoryMb: 512 } }) };
        const state = await fly.change(MACHINE, made, bigger);
        expect(state.machineId).toBe(made.state.machineId);
        expect((await refreshed(MACHINE, { ...made, state })).inputs).toMatchObject({
            config: { guest: { memoryMb: 512 } },
            mounts,
        });
        await expect(
            fly.change(
                MACHINE,
                { ...made, state },
                { ...inputs, config: keeps(6), healthyTimeoutSeconds: 10 },
            ),
        ).rejects.toThrow(/exited with code 6/);
        const { body } = await fly.calls.post<{ stdout: string }>(`${path}/exec`, {
            command: ["cat", "/data/file"],
        });
        expect(body.stdout).toBe("kept\n");
        await fly.provider.delete(MACHINE, made.id, state);
        expect((await refreshed(MACHINE, made)).id).toBe("");
    });

    it("that never works is not left behind, and its volume is", async () => {
        const volume = await fly.make("fly:index:Volume", { app: "shop", region: "iad", name: "left_alone" });
        const mounts = [{ volume: volume.state.volumeId as string, path: "/data" }];
        const before = (await fly.machines("shop")).length;
        const inputs: Values = {
            app: "shop",
            region: "iad",
            config: keeps(7),
            mounts,
            healthyTimeoutSeconds: 10,
        };
        await expect(fly.make(MACHINE, inputs)).rejects.toThrow(/exited with code 7/);
        expect(await fly.machines("shop")).toHaveLength(before);
        expect((await refreshed("fly:index:Volume", volume)).id).toBe(volume.id);
        await fly.make(MACHINE, { ...inputs, config: keeps() });
    });
});

describe("a quota", () => {
    it("that is used up leaves the old machines serving, and says what Fly says", async () => {
        await fly.make("fly:index:App", { name: "crowded", organization: "small" });
        const one = { regions: { iad: 1 } };
        const made = await fly.make(GROUP, group("crowded", "1", one));
        await expect(fly.change(GROUP, made, group("crowded", "2", one))).rejects.toThrow(
            /could not create a machine of "crowded": .*limit of 1 machines.*\nThe organization has used up what Fly allows it/,
        );
        expect((await fly.machines("crowded")).map(({ id, cordoned }) => [id, cordoned])).toEqual([
            [(made.state.machineIds as string[])[0], false],
        ]);
    });
});
