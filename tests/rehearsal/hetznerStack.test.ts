import { HetznerNetwork } from "../../components/hetzner/network";
import { HetznerVps } from "../../components/hetzner/vps";
import { Graph, Node, numberOf, record, Secret } from "../support/graph";
import { HetznerScene, publicKey } from "../support/hetzner";
import { ProviderClient, Values } from "../support/providerClient";

/** Of the right form, and of no use. */
const KEY = {
    privateKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nVEVTVA==\n-----END OPENSSH PRIVATE KEY-----\n",
    publicKey: publicKey(1),
};

/** Two servers, as a program declares them, in a network that they share. */
function recordServers(): Promise<Graph> {
    return record(() => {
        const common = { location: "nbg1", labels: { env: "test" } } as const;
        const network = new HetznerNetwork("net", { ...common, name: "berth", servers: 2 });
        const keys = { clientKey: KEY, hostKey: KEY };
        const one = new HetznerVps("one", {
            ...{ ...common, ...keys, name: "berth-1", serverType: "cx33", image: "debian-13" },
            ...{ network, sshFrom: ["203.0.113.7/32"], web: true, volumeSizeGb: 40 },
        });
        const two = new HetznerVps("two", {
            ...{ ...common, name: "berth-2", serverType: "cax11", web: false, volumeSizeGb: 10, network },
            ...{ clientKey: { ...KEY, publicKey: publicKey(2) }, hostKey: KEY, protect: false },
        });
        return [one.server.userData, two.server.userData];
    });
}

interface Made {
    readonly type: string;
    readonly id: string;
    readonly inputs: Values;
    readonly state: Values;
}

interface Shown {
    readonly name: string;
    readonly private_net: readonly { readonly ip: string }[];
}

let scene: HetznerScene;
let provider: ProviderClient;
let made: Made[];

beforeAll(async () => {
    scene = await new HetznerScene().start();
    provider = await scene.provider();
    made = await makeAll((await recordServers()).nodes.filter(({ type }) => type.startsWith("hcloud:")));
}, 60_000);
afterAll(() => scene.stop());

/** Makes what a program registered, in its order, with the ids that the cloud gives. */
async function makeAll(nodes: readonly Node[]): Promise<Made[]> {
    const ids = new Map<string, string>();
    const all: Made[] = [];
    for (const { type, name, inputs: recorded } of nodes) {
        const inputs = withIds(recorded, ids) as Values;
        expect((await provider.check(type, inputs)).failures).toEqual([]);
        const { id, state } = await provider.create(type, inputs);
        ids.set(String(numberOf(name)), id);
        all.push({ type, id, inputs, state });
    }
    return all;
}

/** Puts the cloud's ids in the place of the mocks'. */
function withIds(value: unknown, ids: ReadonlyMap<string, string>): unknown {
    if (value instanceof Secret) {
        return withIds(value.value, ids);
    }
    if (Array.isArray(value)) {
        return value.map((item) => withIds(item, ids));
    }
    if (typeof value === "object" && value !== null) {
        return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withIds(item, ids)]));
    }
    const id = ids.get(String(value));
    return id === undefined ? value : typeof value === "number" ? Number(id) : id;
}

it("takes all that our components declare, and makes it what they mean", async () => {
    const { body } = await scene.call("GET", "/servers");
    const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
    const servers = (body.servers as Shown[]).sort(byName);
    expect(servers).toMatchObject([
        {
            name: "berth-1",
            server_type: { name: "cx33", architecture: "x86" },
            image: { name: "debian-13", architecture: "x86" },
            protection: { delete: true, rebuild: true },
            placement_group: { name: "berth", type: "spread" },
        },
        {
            name: "berth-2",
            image: { name: "debian-12", architecture: "arm" },
            protection: { delete: false, rebuild: false },
        },
    ]);
    const addresses = servers.flatMap(({ private_net }) => private_net.map(({ ip }) => ip));
    expect(addresses.sort()).toEqual(["10.70.1.1", "10.70.1.2"]);
    const hosted = [...scene.host.servers.values()].sort(byName);
    expect(hosted.map(({ rules = [] }) => rules.map(({ port }) => port))).toEqual([["22", "80", "443"], []]);
    expect(hosted.map(({ volumes }) => [...volumes.values()].map(({ sizeGb }) => sizeGb))).toEqual([
        [40],
        [10],
    ]);
    expect(hosted.every(({ userData }) => userData.startsWith("#cloud-config"))).toBe(true);
});

it("shows no difference to a refresh", async () => {
    for (const { type, id, inputs, state } of made) {
        const { inputs: found } = await provider.read(type, id, state);
        expect((await provider.diff(type, found, inputs)).changed).toEqual([]);
    }
});

const isProtected = ({ inputs }: Made) => inputs.deleteProtection === true;

it("goes on running where a delete is refused", async () => {
    const servers = made.filter(({ type }) => type === "hcloud:index/server:Server");
    const [kept] = servers.filter(isProtected);
    if (kept === undefined) {
        throw new Error("no server is protected");
    }
    await expect(provider.delete(kept.type, kept.id, kept.state)).rejects.toThrow(
        "server is delete protected",
    );
    await scene.settled();
    expect((await scene.call("GET", `/servers/${kept.id}`)).body.server).toMatchObject({ status: "running" });
});

it("is taken down when its protection is lifted, and leaves nothing", async () => {
    expect(made.filter(isProtected)).toHaveLength(4);
    for (const each of made.filter(isProtected)) {
        const lifted = { ...each.inputs, deleteProtection: false };
        const news = "rebuildProtection" in lifted ? { ...lifted, rebuildProtection: false } : lifted;
        await provider.update(each.type, each.id, each.state, news);
    }
    for (const { type, id, state } of [...made].reverse()) {
        await provider.delete(type, id, state);
    }
    const kinds = ["server", "volume", "firewall", "network", "primary_ip", "ssh_key", "placement_group"];
    for (const kind of kinds) {
        expect((await scene.call("GET", `/${kind}s`)).body[`${kind}s`]).toEqual([]);
    }
    await scene.settled();
    expect(scene.host.deletedVolumes).toHaveLength(2);
});
