import { ProviderClient, UNKNOWN, Values } from "../support/providerClient";

const HOST = "berth:index:HostReady";
const FOLDER = "berth:index:DataFolder";

const host: Values = { server: "1234", userData: "hash", timeoutSeconds: 600 };
const folder: Values = { root: "/mnt/data", name: "shop-postgres", image: "sha256:1", user: "postgres" };

let provider: ProviderClient;
beforeAll(async () => {
    provider = await ProviderClient.start();
    await provider.configure("unix:///nowhere/docker.sock");
});
afterAll(() => provider.close());

describe("a host's readiness", () => {
    it("is asked for with the server, its user data and an end", async () => {
        expect(await provider.check(HOST, host)).toEqual({ inputs: host, failures: [] });
        expect((await provider.check(HOST, {})).failures).toEqual([
            "server: is missing",
            "userData: is missing",
            "timeoutSeconds: is missing",
        ]);
        expect((await provider.check(HOST, { ...host, timeoutSeconds: 0.5 })).failures).toEqual([
            "timeoutSeconds: 0.5 is not allowed: a whole number from 1 to 86400",
        ]);
        expect((await provider.check(HOST, { ...host, sshFrom: ["nobody; drop"] })).failures).toEqual([
            expect.stringMatching(/^sshFrom\[0\]: "nobody; drop" is no network/),
        ]);
        const unknown = { ...host, server: UNKNOWN, userData: UNKNOWN };
        expect((await provider.check(HOST, unknown)).failures).toEqual([]);
    });

    it.each([
        [{ server: "5678" }, ["server"]],
        [{ userData: "other" }, ["userData"]],
        [{ timeoutSeconds: 60 }, []],
        [{ sshFrom: ["203.0.113.7/32"] }, []],
    ])(
        "is waited for anew where there is another server, not for more patience: %j",
        async (more, replaces) => {
            expect(await provider.diff(HOST, host, { ...host, ...more })).toEqual({
                changed: Object.keys(more),
                replaces,
            });
        },
    );

    it("keeps its state over a change of patience, and asks nobody", async () => {
        const news = { ...host, timeoutSeconds: 60 };
        expect(await provider.update(HOST, "1234", host, news)).toEqual(news);
    });

    it("brings the list of the SSH limit to the host", async () => {
        const news = { ...host, sshFrom: ["203.0.113.7/32"] };
        await expect(provider.update(HOST, "1234", host, news)).rejects.toThrow("is not reached over SSH");
    });

    it("is a matter of SSH: an engine of this machine is none that is waited for", async () => {
        await expect(provider.create(HOST, host)).rejects.toThrow(
            "unix:///nowhere/docker.sock is not reached over SSH",
        );
    });
});

describe("a folder for data", () => {
    it("has an absolute root and a plain name", async () => {
        expect(await provider.check(FOLDER, folder)).toEqual({ inputs: folder, failures: [] });
        expect((await provider.check(FOLDER, {})).failures).toEqual([
            "root: is missing",
            "name: is missing",
            "image: is missing",
        ]);
        expect((await provider.check(FOLDER, { ...folder, root: "mnt", name: "../etc" })).failures).toEqual([
            'root: "mnt" is not absolute',
            'name: "../etc" is no folder\'s name: lower-case letters, digits and hyphens',
        ]);
        const unknown = { root: UNKNOWN, name: UNKNOWN, image: UNKNOWN };
        expect((await provider.check(FOLDER, unknown)).failures).toEqual([]);
    });

    it.each([
        [{ root: "/mnt/other" }, ["root"]],
        [{ name: "other" }, ["name"]],
        [{ image: "sha256:2" }, []],
        [{ user: "999" }, []],
    ])("is another one only at another place: %j", async (more, replaces) => {
        expect(await provider.diff(FOLDER, folder, { ...folder, ...more })).toEqual({
            changed: Object.keys(more),
            replaces,
        });
    });

    it("is promised by a preview, left alone by an update, and kept by a deletion: no engine is asked", async () => {
        expect((await provider.create(FOLDER, folder, true)).state).toEqual({ ...folder, path: UNKNOWN });
        const path = "/mnt/data/shop-postgres";
        const [state, news] = [
            { ...folder, path },
            { ...folder, image: "sha256:2" },
        ];
        expect(await provider.update(FOLDER, path, state, news)).toEqual({ ...news, path });
        expect(await provider.read(FOLDER, path, state)).toEqual({ id: path, state, inputs: folder });
        await provider.delete(FOLDER, path, state);
    });
});
