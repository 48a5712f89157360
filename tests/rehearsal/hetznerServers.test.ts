import { HetznerScene, publicKey } from "../support/hetzner";

let scene: HetznerScene;
beforeEach(async () => {
    scene = await new HetznerScene().start({ soldOut: (type) => type === "cx53" });
});
afterEach(() => scene.stop());

const SERVER = { name: "shop", server_type: "cx23", image: "debian-12", location: "nbg1" };
const SSH = { direction: "in", protocol: "tcp", port: "22", source_ips: ["203.0.113.7/32"] };

describe("a server", () => {
    it("is made with its addresses, its keys and its firewall", async () => {
        const key = await scene.make("ssh_key", { name: "laptop", public_key: publicKey(1) });
        const firewall = await scene.make("firewall", { name: "wall", rules: [SSH] });
        const ipv4 = await scene.make("primary_ip", { name: "v4", type: "ipv4", location: "nbg1" });
        const id = await scene.make("server", {
            ...SERVER,
            ssh_keys: [key],
            firewalls: [{ firewall }],
            public_net: { ipv4 },
        });
        const address = (await scene.get("primary_ip", ipv4)).ip;
        expect(scene.host.servers.get(id)).toMatchObject({
            name: "shop",
            image: "debian-12",
            publicKeys: [publicKey(1)],
            ipv4: address,
            ipv6: expect.stringMatching(/^2001:db8:.*::\/64$/) as string,
            rules: [SSH],
        });
        expect(await scene.get("server", id)).toMatchObject({
            status: "running",
            primary_disk_size: 40,
            public_net: { ipv4: { id: ipv4, ip: address }, firewalls: [{ id: firewall, status: "applied" }] },
        });
        expect(await scene.get("primary_ip", ipv4)).toMatchObject({ assignee_id: id });
    });

    it("is locked while an action runs, and the action tells how it ended", async () => {
        scene.host.failNext("no room");
        const release = scene.host.hold();
        const { body } = await scene.call("POST", "/servers", SERVER);
        const [{ id }, action] = [body.server, body.action] as [
            { id: number },
            { id: number; status: string },
        ];
        expect(action.status).toBe("running");
        expect(await scene.refusal("DELETE", `/servers/${id}`)).toBe("423 locked");
        release();
        await scene.settled();
        expect((await scene.call("GET", `/actions/${action.id}`)).body.action).toMatchObject({
            command: "create_server",
            status: "error",
            error: { code: "action_failed", message: "no room" },
            resources: [{ id, type: "server" }],
        });
    });

    it("that is protected is neither deleted nor rebuilt until it is not", async () => {
        const id = await scene.make("server", SERVER);
        const path = `/servers/${id}`;
        expect(await scene.refusal("POST", `${path}/actions/change_protection`, { delete: true })).toBe(
            "422 invalid_input rebuild",
        );
        await scene.act("server", id, "change_protection", { delete: true, rebuild: true });
        expect(await scene.refusal("DELETE", path)).toBe("423 protected");
        expect(await scene.refusal("POST", `${path}/actions/rebuild`, { image: "debian-13" })).toBe(
            "423 protected",
        );
        await scene.act("server", id, "change_protection", { delete: false, rebuild: false });
        expect((await scene.call("DELETE", path)).status).toBe(200);
        await scene.settled();
        expect(scene.host.servers.size).toBe(0);
    });

    it("changes its type only when it is off, to what fits, and starts then", async () => {
        const id = await scene.make("server", SERVER);
        const change = (server_type: string) =>
            scene.refusal("POST", `/servers/${id}/actions/change_type`, { server_type, upgrade_disk: false });
        expect(await change("cx33")).toBe("422 server_not_stopped");
        await scene.act("server", id, "poweroff");
        expect(scene.host.servers.get(id)?.on).toBe(false);
        expect(await change("cx23")).toBe("422 invalid_server_type");
        expect(await change("cax11")).toBe("422 invalid_server_type");
        expect(await change("cx53")).toBe("412 resource_unavailable");
        await scene.act("server", id, "change_type", { server_type: "cx33", upgrade_disk: true });
        expect(await scene.get("server", id)).toMatchObject({ status: "running", primary_disk_size: 80 });
        await scene.act("server", id, "poweroff");
        // Its disk has grown: there is no way back.
        expect(await change("cx23")).toBe("422 invalid_server_type");
    });

    it("leaves volumes, addresses and firewalls behind, but for what was made for it", async () => {
        const firewall = await scene.make("firewall", { name: "wall", rules: [SSH] });
        const ipv4 = await scene.make("primary_ip", { name: "v4", type: "ipv4", location: "nbg1" });
        const id = await scene.make("server", { ...SERVER, firewalls: [{ firewall }], public_net: { ipv4 } });
        const volume = await scene.make("volume", { name: "disk", size: 10, server: id });
        expect(await scene.refusal("DELETE", `/firewalls/${firewall}`)).toBe("422 resource_in_use");
        await scene.call("DELETE", `/servers/${id}`);
        await scene.settled();
        expect(await scene.get("volume", volume)).toMatchObject({ server: null });
        const { body } = await scene.call("GET", "/primary_ips");
        expect(body.primary_ips).toMatchObject([{ id: ipv4, assignee_id: null }]);
        expect((await scene.call("DELETE", `/firewalls/${firewall}`)).status).toBe(204);
    });
});

describe("an address", () => {
    it("belongs to one server, of its location, and moves only while that is off", async () => {
        const far = await scene.make("primary_ip", { name: "far", type: "ipv4", location: "hel1" });
        const v6 = await scene.make("primary_ip", { name: "v6", type: "ipv6", location: "nbg1" });
        const v4 = await scene.make("primary_ip", { name: "v4", type: "ipv4", location: "nbg1" });
        const create = (public_net: object) => scene.refusal("POST", "/servers", { ...SERVER, public_net });
        expect(await create({ ipv4: far })).toBe("422 primary_ip_datacenter_mismatch");
        expect(await create({ ipv4: v6 })).toBe("422 primary_ip_version_mismatch");
        const id = await scene.make("server", { ...SERVER, public_net: { ipv4: v4 } });
        expect(
            await scene.refusal("POST", "/servers", { ...SERVER, name: "b", public_net: { ipv4: v4 } }),
        ).toBe("422 primary_ip_already_assigned");
        expect(await scene.refusal("POST", `/primary_ips/${v4}/actions/unassign`)).toBe(
            "422 server_not_stopped",
        );
        expect(await scene.refusal("DELETE", `/primary_ips/${v4}`)).toBe("422 server_not_stopped");
        await scene.act("server", id, "poweroff");
        const another = await scene.make("primary_ip", { name: "v4b", type: "ipv4", location: "nbg1" });
        const assign = { assignee_id: id, assignee_type: "server" };
        expect(await scene.refusal("POST", `/primary_ips/${another}/actions/assign`, assign)).toBe(
            "422 server_has_ipv4",
        );
        await scene.act("primary_ip", v4, "unassign");
        await scene.act("primary_ip", another, "assign", assign);
        expect(await scene.get("server", id)).toMatchObject({ public_net: { ipv4: { id: another } } });
        await scene.act("primary_ip", v4, "change_protection", { delete: true });
        expect(await scene.refusal("DELETE", `/primary_ips/${v4}`)).toBe("423 protected");
    });
});

describe("a volume", () => {
    it("is attached to one server at its location, and deleted when it is free", async () => {
        const id = await scene.make("server", SERVER);
        const far = await scene.make("volume", { name: "far", size: 10, location: "hel1" });
        const volume = await scene.make("volume", {
            name: "disk",
            size: 10,
            location: "nbg1",
            format: "ext4",
        });
        const attach = (which: number) =>
            scene.refusal("POST", `/volumes/${which}/actions/attach`, { server: id });
        expect(await attach(far)).toBe("422 invalid_input server");
        await scene.act("volume", volume, "attach", { server: id });
        expect(await attach(volume)).toBe("422 volume_already_attached");
        const device = `/dev/disk/by-id/scsi-0HC_Volume_${volume}`;
        expect(scene.host.servers.get(id)?.volumes.get(volume)).toEqual({
            id: volume,
            sizeGb: 10,
            format: "ext4",
            device,
        });
        expect(await scene.get("volume", volume)).toMatchObject({ server: id, linux_device: device });
        expect(await scene.refusal("DELETE", `/volumes/${volume}`)).toBe("422 volume_already_attached");
        await scene.act("volume", volume, "detach");
        expect((await scene.call("DELETE", `/volumes/${volume}`)).status).toBe(204);
        await scene.settled();
        expect(scene.host.deletedVolumes).toEqual([volume]);
    });

    it("that can't be attached is attached to nothing", async () => {
        const id = await scene.make("server", SERVER);
        const volume = await scene.make("volume", { name: "disk", size: 10, location: "nbg1" });
        scene.host.failNext("the machine is gone");
        await scene.call("POST", `/volumes/${volume}/actions/attach`, { server: id });
        await scene.settled();
        expect(await scene.get("volume", volume)).toMatchObject({ server: null });
    });

    it("that is protected stays, and so does a network", async () => {
        const volume = await scene.make("volume", { name: "disk", size: 10, location: "nbg1" });
        const network = await scene.make("network", { name: "net", ip_range: "10.70.0.0/16" });
        const kinds = [
            ["volume", volume],
            ["network", network],
        ] as const;
        for (const [kind, id] of kinds) {
            await scene.act(kind, id, "change_protection", { delete: true });
            expect(await scene.refusal("DELETE", `/${kind}s/${id}`)).toBe("423 protected");
            await scene.act(kind, id, "change_protection", { delete: false });
            expect((await scene.call("DELETE", `/${kind}s/${id}`)).status).toBe(204);
        }
    });

    it("only grows", async () => {
        const volume = await scene.make("volume", { name: "disk", size: 20, location: "nbg1" });
        const resize = (size: number) => scene.refusal("POST", `/volumes/${volume}/actions/resize`, { size });
        expect([await resize(20), await resize(10), await resize(30)]).toEqual([
            "422 invalid_input size",
            "422 invalid_input size",
            "201 ",
        ]);
        expect(await scene.get("volume", volume)).toMatchObject({ size: 30 });
    });
});

it("a firewall's rules hold on its servers from the moment they change", async () => {
    const id = await scene.make("server", SERVER);
    expect(scene.host.servers.get(id)?.rules).toBeUndefined();
    const apply_to = [{ type: "server", server: { id } }];
    const firewall = await scene.make("firewall", { name: "wall", rules: [], apply_to });
    expect(scene.host.servers.get(id)?.rules).toEqual([]);
    await scene.act("firewall", firewall, "set_rules", { rules: [SSH] });
    expect(scene.host.servers.get(id)?.rules).toMatchObject([SSH]);
    expect(
        await scene.refusal("POST", `/firewalls/${firewall}/actions/apply_to_resources`, { apply_to }),
    ).toBe("422 firewall_already_applied");
    await scene.act("firewall", firewall, "remove_from_resources", { remove_from: apply_to });
    expect(scene.host.servers.get(id)?.rules).toBeUndefined();
});

describe("a network", () => {
    it("is private, and its subnets lie in it beside each other", async () => {
        const network = (body: object) => scene.refusal("POST", "/networks", { name: "net", ...body });
        expect(await network({ ip_range: "8.8.0.0/16" })).toBe("422 invalid_input ip_range");
        expect(await network({ ip_range: "10.0.0.0/25" })).toBe("422 invalid_input ip_range");
        const id = await scene.make("network", { name: "net", ip_range: "10.70.0.0/16" });
        const add = (ip_range: string, network_zone = "eu-central") =>
            scene.refusal("POST", `/networks/${id}/actions/add_subnet`, {
                type: "cloud",
                ip_range,
                network_zone,
            });
        expect(await add("10.71.0.0/24")).toBe("422 invalid_input ip_range");
        expect(await add("10.70.1.0/24", "mars")).toBe("422 invalid_input network_zone");
        expect(await add("10.70.1.0/24")).toBe("201 ");
        expect(await add("10.70.0.0/22")).toBe("422 invalid_input ip_range");
    });

    it("gives servers of its zone an address each, and keeps a subnet that is in use", async () => {
        const network = await scene.make("network", {
            name: "net",
            ip_range: "10.70.0.0/16",
            subnets: [{ type: "cloud", ip_range: "10.70.0.0/24", network_zone: "eu-central" }],
        });
        const [a, b] = [
            await scene.make("server", SERVER),
            await scene.make("server", { ...SERVER, name: "b" }),
        ];
        const far = await scene.make("server", {
            ...SERVER,
            name: "far",
            server_type: "cpx11",
            location: "ash",
        });
        const attach = (id: number, more: object = {}) =>
            scene.refusal("POST", `/servers/${id}/actions/attach_to_network`, { network, ...more });
        expect(await attach(far)).toBe("422 no_subnet_available");
        expect(await attach(a)).toBe("201 ");
        // The first address leads out of the network.
        expect(await scene.get("server", a)).toMatchObject({ private_net: [{ network, ip: "10.70.0.2" }] });
        expect(await attach(a)).toBe("422 server_already_attached");
        expect(await attach(b, { ip: "10.70.0.2" })).toBe("422 ip_not_available");
        expect(await attach(b, { ip: "10.70.0.1" })).toBe("422 ip_not_available");
        expect(await attach(b, { ip: "10.70.0.9" })).toBe("201 ");
        const drop = `/networks/${network}/actions/delete_subnet`;
        expect(await scene.refusal("POST", drop, { ip_range: "10.70.0.0/24" })).toBe("500 service_error");
        await scene.act("server", a, "detach_from_network", { network });
        await scene.act("server", b, "detach_from_network", { network });
        expect(await scene.refusal("POST", drop, { ip_range: "10.70.0.0/24" })).toBe("201 ");
    });
});
