import { ProviderClient, Values } from "../support/providerClient";
import { hcloud, HetznerScene, publicKey, SERVER } from "../support/hetzner";

let scene: HetznerScene;
let provider: ProviderClient;
beforeEach(async () => {
    scene = await new HetznerScene().start();
    provider = await scene.provider();
});
afterEach(() => scene.stop());

const VOLUME = { name: "disk", size: 10, location: "nbg1", format: "ext4" };
const ADDRESS = { name: "v4", type: "ipv4", location: "nbg1", assigneeType: "server", autoDelete: false };
const RULE = {
    description: "SSH",
    direction: "in",
    protocol: "tcp",
    port: "22",
    sourceIps: ["203.0.113.7/32"],
};

const create = (name: string, inputs: Values) => provider.create(hcloud(name), inputs);

/** A server with all that a stack gives it. */
async function stand() {
    const ipv4 = await create("primaryIp", ADDRESS);
    const ipv6 = await create("primaryIp", { ...ADDRESS, name: "v6", type: "ipv6" });
    const firewall = await create("firewall", { name: "wall", rules: [RULE] });
    const key = await create("sshKey", { name: "laptop", publicKey: publicKey(1) });
    const inputs: Values = {
        ...SERVER,
        labels: { env: "test" },
        sshKeys: [key.id],
        userData: "#cloud-config",
        firewallIds: [Number(firewall.id)],
        publicNets: [{ ipv4Enabled: true, ipv4: Number(ipv4.id), ipv6Enabled: true, ipv6: Number(ipv6.id) }],
        keepDisk: true,
        shutdownBeforeDeletion: true,
        deleteProtection: true,
        rebuildProtection: true,
    };
    const server = await create("server", inputs);
    return { ipv4, ipv6, firewall, key, inputs, server };
}

it("makes what a stack declares, with the outputs of the real ones", async () => {
    const { ipv4, ipv6, server } = await stand();
    expect(ipv4.state).toMatchObject({ ipAddress: "198.18.0.2", ipNetwork: "" });
    expect(ipv6.state).toMatchObject({ ipAddress: "2001:db8:0:1::", ipNetwork: "2001:db8:0:1::/64" });
    expect(server.state).toMatchObject({
        ipv4Address: "198.18.0.2",
        ipv6Address: "2001:db8:0:1::1",
        ipv6Network: "2001:db8:0:1::/64",
        status: "running",
        primaryDiskSize: 40,
    });
    const volume = await create("volume", VOLUME);
    expect(volume.state.linuxDevice).toBe(`/dev/disk/by-id/scsi-0HC_Volume_${volume.id}`);
    const network = await create("network", { name: "net", ipRange: "10.70.0.0/16" });
    const zone = { type: "cloud", networkZone: "eu-central", ipRange: "10.70.1.0/24" };
    const subnet = await create("networkSubnet", { networkId: Number(network.id), ...zone });
    expect(subnet).toMatchObject({ id: `${network.id}-10.70.1.0/24`, state: { gateway: "10.70.0.1" } });
    // Side by side, as Pulumi makes them: each waits for the other's action to end.
    const [attached, joined] = await Promise.all([
        create("volumeAttachment", {
            serverId: Number(server.id),
            volumeId: Number(volume.id),
            automount: false,
        }),
        create("serverNetwork", { serverId: Number(server.id), subnetId: subnet.id }),
    ]);
    expect([attached.id, joined.id]).toEqual([volume.id, `${server.id}-${network.id}`]);
    expect(await scene.get("server", Number(server.id))).toMatchObject({
        volumes: [Number(volume.id)],
        private_net: [{ network: Number(network.id), ip: "10.70.1.1" }],
        protection: { delete: true, rebuild: true },
    });
});

it("says what the API says of what it refuses, and leaves nothing behind", async () => {
    await expect(create("server", { ...SERVER, name: "my_shop", image: "debian-1" })).rejects.toThrow(
        /^invalid input in field 'name': name must be a host name \(RFC 1123\): .* \(invalid_input\)$/,
    );
    await create("volume", VOLUME);
    await expect(create("volume", VOLUME)).rejects.toThrow("name is already used (uniqueness_error)");
    scene.host.failNext("no room");
    await expect(create("server", SERVER)).rejects.toThrow("no room (action_failed)");
    expect((await scene.call("GET", "/servers")).body.servers).toEqual([]);
});

it("checks types and names of inputs, and its own settings", async () => {
    const { failures } = await provider.check(hcloud("server"), { name: 7, iso: "x" });
    expect(failures).toEqual([
        "name: is number, not string",
        "serverType: is missing",
        "iso: the simulation doesn't have it",
    ]);
    expect((await provider.checkConfig({ token: "ours" })).failures).toEqual(["endpoint: is missing"]);
});

it.each<[string, Values, Values, string[]]>([
    ["server", SERVER, { image: "debian-13" }, ["image"]],
    ["server", SERVER, { location: "hel1" }, ["location"]],
    ["server", SERVER, { sshKeys: ["1"] }, ["sshKeys"]],
    ["server", SERVER, { userData: "other" }, ["userData"]],
    ["server", SERVER, { name: "b", serverType: "cx33", labels: { a: "b" }, deleteProtection: true }, []],
    ["volume", VOLUME, { location: "hel1" }, ["location"]],
    ["volume", VOLUME, { name: "b", size: 20, format: "xfs", deleteProtection: true }, []],
    [
        "volumeAttachment",
        { serverId: 1, volumeId: 2 },
        { serverId: 3, volumeId: 4 },
        ["serverId", "volumeId"],
    ],
    ["volumeAttachment", { serverId: 1, volumeId: 2 }, { automount: true }, []],
    ["firewall", { name: "wall" }, { name: "b", rules: [RULE] }, []],
    ["network", { name: "net", ipRange: "10.0.0.0/16" }, { name: "b", ipRange: "10.1.0.0/16" }, ["ipRange"]],
    [
        "serverNetwork",
        { serverId: 1, subnetId: "1-a" },
        { subnetId: "2-b", ip: "10.0.0.9" },
        ["ip", "subnetId"],
    ],
    [
        "networkSubnet",
        { networkId: 1, type: "cloud", networkZone: "eu-central", ipRange: "10.0.0.0/24" },
        { networkId: 2, type: "server", networkZone: "us-east", ipRange: "10.1.0.0/24" },
        ["ipRange", "networkId", "networkZone", "type"],
    ],
    ["serverNetwork", { serverId: 1, subnetId: "1-a" }, { aliasIps: ["10.0.0.9"] }, []],
    ["primaryIp", ADDRESS, { type: "ipv6", location: "hel1" }, ["location", "type"]],
    ["primaryIp", ADDRESS, { name: "b", autoDelete: true, deleteProtection: true }, []],
    ["sshKey", { name: "a", publicKey: publicKey(1) }, { publicKey: publicKey(2) }, ["publicKey"]],
    ["sshKey", { name: "a", publicKey: publicKey(1) }, { name: "b" }, []],
])("replaces a %s of %j for %j where the real provider does", async (name, olds, change, replaces) => {
    const difference = await provider.diff(hcloud(name), olds, { ...olds, ...change });
    expect(difference.changed.sort()).toEqual(Object.keys(change).sort());
    expect(difference.replaces.sort()).toEqual(replaces);
});

describe("an update", () => {
    it("of a server reaches all of it", async () => {
        const { inputs, server } = await stand();
        const other = await create("firewall", { name: "other", rules: [] });
        const address = await create("primaryIp", { ...ADDRESS, name: "v4b" });
        const news: Values = {
            ...inputs,
            name: "store",
            labels: { env: "prod" },
            serverType: "cx33",
            firewallIds: [Number(other.id)],
            publicNets: [{ ipv4Enabled: true, ipv4: Number(address.id), ipv6Enabled: false }],
            deleteProtection: false,
            rebuildProtection: false,
        };
        const state = await provider.update(hcloud("server"), server.id, server.state, news);
        expect(state).toMatchObject({
            ipv4Address: address.state.ipAddress,
            ipv6Address: "",
            status: "running",
            primaryDiskSize: 40,
        });
        expect(await scene.get("server", Number(server.id))).toMatchObject({
            name: "store",
            labels: { env: "prod" },
            server_type: { name: "cx33" },
            public_net: { firewalls: [{ id: Number(other.id) }], ipv6: null },
            protection: { delete: false, rebuild: false },
        });
        expect(scene.host.servers.get(Number(server.id))).toMatchObject({ on: true, rules: [] });
    });

    it("of a volume lets it grow, and never shrink", async () => {
        const { id, state } = await create("volume", VOLUME);
        const grown = await provider.update(hcloud("volume"), id, state, { ...VOLUME, size: 20 });
        expect(await scene.get("volume", Number(id))).toMatchObject({ size: 20 });
        await expect(provider.update(hcloud("volume"), id, grown, VOLUME)).rejects.toThrow(
            "invalid input in field 'size': size must be larger than the volume, which has 20 GB (invalid_input)",
        );
    });
});

describe("a refresh", () => {
    it("finds nothing where nothing has changed", async () => {
        const { server, inputs, firewall, ipv4 } = await stand();
        const read = await provider.read(hcloud("server"), server.id, server.state);
        expect(read.inputs).toEqual(inputs);
        expect(read.state).toEqual(server.state);
        // Assigned by its server, and not by what it was made with.
        expect((await provider.read(hcloud("primaryIp"), ipv4.id, ipv4.state)).inputs).toEqual(ADDRESS);
        expect((await provider.read(hcloud("firewall"), firewall.id, firewall.state)).inputs).toEqual({
            name: "wall",
            rules: [RULE],
        });
    });

    it("finds what was changed by hand", async () => {
        const { server, firewall } = await stand();
        const open = { direction: "in", protocol: "tcp", port: "1-65535", source_ips: ["0.0.0.0/0"] };
        await scene.act("firewall", Number(firewall.id), "set_rules", { rules: [open] });
        await scene.call("PUT", `/servers/${server.id}`, { labels: { env: "test", hand: "" } });
        await scene.act("server", Number(server.id), "poweroff");
        const apply_to = [{ type: "server", server: { id: Number(server.id) } }];
        const other = await scene.make("firewall", { name: "other", apply_to });
        await scene.act("firewall", Number(firewall.id), "remove_from_resources", { remove_from: apply_to });
        expect((await provider.read(hcloud("firewall"), firewall.id, firewall.state)).inputs).toEqual({
            name: "wall",
            rules: [{ direction: "in", protocol: "tcp", port: "1-65535", sourceIps: ["0.0.0.0/0"] }],
        });
        const { state, inputs } = await provider.read(hcloud("server"), server.id, server.state);
        expect(inputs.labels).toEqual({ env: "test", hand: "" });
        expect(inputs.firewallIds).toEqual([other]);
        expect(state.status).toBe("off");
    });

    it("finds what is gone", async () => {
        const { id, state } = await create("volume", VOLUME);
        const server = await create("server", SERVER);
        const ids = { serverId: Number(server.id), volumeId: Number(id) };
        const attachment = await create("volumeAttachment", ids);
        await scene.act("volume", Number(id), "detach");
        expect((await provider.read(hcloud("volumeAttachment"), attachment.id, attachment.state)).id).toBe(
            "",
        );
        await scene.call("DELETE", `/volumes/${id}`);
        expect((await provider.read(hcloud("volume"), id, state)).id).toBe("");
    });
});

it("imports by id, with the inputs that a program would have", async () => {
    const volume = await create("volume", VOLUME);
    expect((await provider.read(hcloud("volume"), volume.id, {})).inputs).toEqual(VOLUME);
    const server = await create("server", SERVER);
    const { inputs } = await provider.read(hcloud("server"), server.id, {});
    expect(inputs).toMatchObject(SERVER);
    expect((await provider.read(hcloud("server"), "7", {})).id).toBe("");
});

describe("a delete", () => {
    it("of what is protected is an error, until an update has lifted it", async () => {
        const { server, inputs } = await stand();
        await expect(provider.delete(hcloud("server"), server.id, server.state)).rejects.toThrow(
            "server is delete protected (protected)",
        );
        const news = { ...inputs, deleteProtection: false, rebuildProtection: false };
        const state = await provider.update(hcloud("server"), server.id, server.state, news);
        await provider.delete(hcloud("server"), server.id, state);
        expect(scene.host.servers.size).toBe(0);
    });

    it("asks the system to end first, where the program says so", async () => {
        const { id, state } = await create("server", { ...SERVER, shutdownBeforeDeletion: true });
        await provider.delete(hcloud("server"), id, state);
        expect(scene.host.calls.slice(-2)).toEqual([`power ${id} shutdown`, `delete ${id}`]);
    });

    it.each<[string, Values]>([
        ["server", SERVER],
        ["volume", VOLUME],
        ["firewall", { name: "wall", rules: [RULE] }],
        ["network", { name: "net", ipRange: "10.70.0.0/16" }],
        ["primaryIp", ADDRESS],
        ["sshKey", { name: "laptop", publicKey: publicKey(1) }],
        ["placementGroup", { name: "apart", type: "spread" }],
    ])("of a %s that is gone already is none", async (name, inputs) => {
        const { id, state } = await create(name, inputs);
        await provider.delete(hcloud(name), id, state);
        expect((await provider.read(hcloud(name), id, state)).id).toBe("");
        await provider.delete(hcloud(name), id, state);
    });

    it("of a firewall takes it from its servers first", async () => {
        const { firewall, server } = await stand();
        await provider.delete(hcloud("firewall"), firewall.id, firewall.state);
        expect(scene.host.servers.get(Number(server.id))?.rules).toBeUndefined();
    });

    it("of a subnet waits for the server in it, which Pulumi deletes at the same time", async () => {
        const network = await create("network", { name: "net", ipRange: "10.70.0.0/16" });
        const range = { type: "cloud", networkZone: "eu-central", ipRange: "10.70.1.0/24" };
        const subnet = await create("networkSubnet", { networkId: Number(network.id), ...range });
        const server = await create("server", SERVER);
        await create("serverNetwork", { serverId: Number(server.id), subnetId: subnet.id });
        const release = scene.host.hold();
        const all = [
            provider.delete(hcloud("server"), server.id, server.state),
            provider.delete(hcloud("networkSubnet"), subnet.id, subnet.state),
        ];
        const refused = { ip_range: range.ipRange };
        const path = `/networks/${network.id}/actions/delete_subnet`;
        expect((await scene.call("POST", path, refused)).body.error).toMatchObject({
            message: "cannot remove subnet because servers are attached to it",
        });
        release();
        await Promise.all(all);
        expect((await scene.get("network", Number(network.id))).subnets).toEqual([]);
    });
});

it("reaches its token's world only", async () => {
    const theirs = await scene.provider("theirs");
    const { id, state } = await create("volume", VOLUME);
    expect((await theirs.read(hcloud("volume"), id, state)).id).toBe("");
    await theirs.create(hcloud("volume"), VOLUME);
    expect((await scene.call("GET", "/volumes")).body.volumes).toHaveLength(1);
});
