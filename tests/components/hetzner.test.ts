import { parse } from "yaml";
import { HetznerNetwork } from "../../components/hetzner/network";
import { HetznerVps } from "../../components/hetzner/vps";
import { HetznerVpsArgs } from "../../components/hetzner/vpsArgs";
import { Graph, numberOf, record, Secret, valueOf } from "../support/graph";

const ARGS: HetznerVpsArgs = {
    name: "berth-prod",
    serverType: "cx33",
    location: "nbg1",
    sshFrom: ["203.0.113.7/32"],
    web: true,
    volumeSizeGb: 40,
    labels: { "berth.stack": "berth-prod" },
};

function recordVps(args: Partial<HetznerVpsArgs> = {}, preview = false): Promise<Graph> {
    return record(() => new HetznerVps("vps", { ...ARGS, ...args }).server.userData, { preview });
}

const SERVER = "hcloud:index/server:Server";

describe("a server at Hetzner", () => {
    it("is a server with fixed addresses, a firewall, a data volume, a private network and its keys", async () => {
        expect((await recordVps()).list()).toEqual([
            "berth:index:HetznerNetwork vps-network",
            "berth:index:HetznerVps vps",
            "berth:index:KeyPair vps-client-key",
            "berth:index:KeyPair vps-host-key",
            "hcloud:index/firewall:Firewall vps-firewall",
            "hcloud:index/network:Network vps-network",
            "hcloud:index/networkSubnet:NetworkSubnet vps-network-subnet",
            "hcloud:index/primaryIp:PrimaryIp vps-ipv4",
            "hcloud:index/primaryIp:PrimaryIp vps-ipv6",
            "hcloud:index/server:Server vps",
            "hcloud:index/serverNetwork:ServerNetwork vps-private",
            "hcloud:index/sshKey:SshKey vps-ssh-key",
            "hcloud:index/volume:Volume vps-data",
            "hcloud:index/volumeAttachment:VolumeAttachment vps-data-attachment",
        ]);
    });

    it("has what was asked for, behind its firewall from the first moment", async () => {
        const { inputs, options } = (await recordVps()).node("vps", SERVER);
        const { userData, ...rest } = inputs;
        expect(userData).toBeInstanceOf(Secret);
        expect(rest).toEqual({
            name: "berth-prod",
            serverType: "cx33",
            location: "nbg1",
            image: "debian-12",
            labels: { "berth.stack": "berth-prod" },
            sshKeys: [String(numberOf("vps-ssh-key"))],
            firewallIds: [numberOf("vps-firewall")],
            publicNets: [
                {
                    ipv4Enabled: true,
                    ipv4: numberOf("vps-ipv4"),
                    ipv6Enabled: true,
                    ipv6: numberOf("vps-ipv6"),
                },
            ],
            keepDisk: true,
            shutdownBeforeDeletion: false,
            deleteProtection: true,
            rebuildProtection: true,
        });
        expect(options).toMatchObject({
            protect: true,
            deleteBeforeReplace: true,
            ignoreChanges: ["userData", "sshKeys"],
            additionalSecretOutputs: ["userData"],
        });
    });

    it("gets a key of its own and the disk's name by its user data", async () => {
        const { userData } = (await recordVps()).node("vps", SERVER).inputs;
        const text = (userData as Secret).value as string;
        const config = parse(text) as { users: { ssh_authorized_keys: string[] }[]; ssh_keys: object };
        expect(config.users[0]?.ssh_authorized_keys).toEqual(["ssh-ed25519 VEVTVA== vps-client-key"]);
        expect(config.ssh_keys).toMatchObject({ ed25519_public: "ssh-ed25519 VEVTVA== vps-host-key\n" });
        expect(text).toContain("What=/dev/disk/by-id/scsi-0HC_Volume_1");
    });

    it("takes keys that are given, and lets in whom it is told to", async () => {
        const key = {
            privateKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nR0lWRU4=\n-----END OPENSSH PRIVATE KEY-----\n",
            publicKey: "ssh-ed25519 R0lWRU4=",
        };
        const graph = await recordVps({
            clientKey: key,
            hostKey: key,
            authorizedKeys: ["ssh-ed25519 UEVSU09O someone"],
        });
        expect(graph.list().filter((each) => each.includes("KeyPair"))).toEqual([]);
        const text = (graph.node("vps", SERVER).inputs.userData as Secret).value as string;
        const config = parse(text) as { users: { ssh_authorized_keys: string[] }[] };
        expect(config.users[0]?.ssh_authorized_keys).toEqual([
            "ssh-ed25519 R0lWRU4=",
            "ssh-ed25519 UEVSU09O someone",
        ]);
    });

    it("keeps data, addresses and keys from being deleted, by Pulumi and by Hetzner", async () => {
        const { nodes } = await recordVps();
        const guarded = (by: (node: Graph["nodes"][number]) => boolean) =>
            nodes
                .filter(by)
                .map(({ name }) => name)
                .sort();
        expect(guarded(({ options }) => options.protect === true)).toEqual([
            "vps",
            "vps-client-key",
            "vps-data",
            "vps-host-key",
            "vps-ipv4",
            "vps-ipv6",
        ]);
        expect(guarded(({ inputs }) => inputs.deleteProtection === true)).toEqual([
            "vps",
            "vps-data",
            "vps-ipv4",
            "vps-ipv6",
        ]);
    });

    it("can be deleted when told so: neither guards anything", async () => {
        const graph = await recordVps({ protect: false });
        const { nodes } = graph;
        expect(graph.node("vps", SERVER).inputs.shutdownBeforeDeletion).toBe(true);
        expect(nodes.filter(({ options }) => options.protect)).toEqual([]);
        expect(
            nodes.filter(
                ({ inputs }) => inputs.deleteProtection === true || inputs.rebuildProtection === true,
            ),
        ).toEqual([]);
    });

    it("leaves its volume and its addresses behind when it goes", async () => {
        const graph = await recordVps();
        expect(graph.node("vps-data").inputs).toEqual({
            name: "berth-prod-data",
            size: 40,
            location: "nbg1",
            format: "ext4",
            labels: { "berth.stack": "berth-prod" },
            deleteProtection: true,
        });
        expect(graph.node("vps-ipv4").inputs).toEqual({
            name: "berth-prod-ipv4",
            type: "ipv4",
            location: "nbg1",
            autoDelete: false,
            deleteProtection: true,
            labels: { "berth.stack": "berth-prod" },
        });
        expect(graph.node("vps-data-attachment").options).toMatchObject({
            deletedWith: "vps",
            deleteBeforeReplace: true,
        });
    });

    it("goes before the subnet that it is on, and comes after it", async () => {
        const graph = await recordVps();
        expect(graph.node("vps-private").options.deletedWith).toBe("vps");
        expect(graph.node("vps", SERVER).options.dependencies).toContain("vps-network-subnet");
    });

    it("shows all of itself in a preview, when nothing of it is known yet", async () => {
        expect((await recordVps({}, true)).list()).toEqual((await recordVps()).list());
    });

    it("tells a platform who it is, how it is reached, and what its data stands in", async () => {
        const told: unknown[] = [];
        await record(async () => {
            const { server, ipv4, ipv6 } = new HetznerVps("vps", ARGS);
            const { id, engine, hostKey, dataRoot } = server;
            told.push(await Promise.all([id, engine, hostKey, ipv4, ipv6].map(valueOf)), dataRoot);
        });
        expect(told).toEqual([
            [
                String(numberOf("vps")),
                "ssh://deploy@203.0.113.5",
                "ssh-ed25519 VEVTVA== vps-host-key",
                "203.0.113.5",
                "2001:db8:5::1",
            ],
            "/mnt/data/berth",
        ]);
    });
});

describe("the firewall", () => {
    const rulesOf = async (args: Partial<HetznerVpsArgs>) =>
        (await recordVps(args)).node("vps-firewall").inputs.rules;
    const EVERYBODY = ["0.0.0.0/0", "::/0"];
    const ssh = {
        description: "SSH",
        direction: "in",
        protocol: "tcp",
        port: "22",
        sourceIps: ["203.0.113.7/32"],
    };

    it("lets in SSH from named addresses, and HTTP where the router faces the internet", async () => {
        expect(await rulesOf({})).toEqual([
            ssh,
            { description: "HTTP", direction: "in", protocol: "tcp", port: "80", sourceIps: EVERYBODY },
            { description: "HTTPS", direction: "in", protocol: "tcp", port: "443", sourceIps: EVERYBODY },
        ]);
    });

    it("lets in nothing but SSH where a tunnel is the only way in", async () => {
        expect(await rulesOf({ web: false })).toEqual([ssh]);
    });

    it("lets in nothing at all where SSH comes through the tunnel, too", async () => {
        expect(await rulesOf({ web: false, sshFrom: [] })).toEqual([]);
    });
});

describe("several servers", () => {
    it("share a network and are kept off each other's machines", async () => {
        const graph = await record(() => {
            const network = new HetznerNetwork("net", { name: "n", location: "nbg1", servers: 2 });
            return ["one", "two"].map((name) => new HetznerVps(name, { ...ARGS, name, network }).ipv4);
        });
        expect(graph.list().filter((each) => /Network |Subnet|PlacementGroup/.test(each))).toEqual([
            "berth:index:HetznerNetwork net",
            "hcloud:index/network:Network net",
            "hcloud:index/networkSubnet:NetworkSubnet net-subnet",
            "hcloud:index/placementGroup:PlacementGroup net-spread",
            "hcloud:index/serverNetwork:ServerNetwork one-private",
            "hcloud:index/serverNetwork:ServerNetwork two-private",
        ]);
        for (const name of ["one", "two"]) {
            expect(graph.node(name, SERVER).inputs.placementGroupId).toBe(numberOf("net-spread"));
        }
        expect(graph.node("net-spread").inputs).toEqual({ name: "n", type: "spread" });
    });
});

describe("a server that cannot be", () => {
    it("is refused with all that is wrong", async () => {
        const wrong = {
            name: "Prod Server",
            serverType: "cx99" as "cx33",
            location: "mars" as "nbg1",
            image: "windows" as "debian-12",
            sshFrom: ["0.0.0.0/0", "203.0.113.7"],
            volumeSizeGb: 9,
            swapMb: -1,
            authorizedKeys: ["nonsense"],
        };
        await expect(recordVps(wrong)).rejects.toThrow(
            [
                'HetznerVps "vps": 9 problems, nothing was touched.',
                '  args.name: "Prod Server" is no name: lower-case letters, digits and single hyphens, starting with a letter, at most 32 characters',
                '  args.serverType: "cx99" is unknown: one of cx23, cx33, cx43, cx53, cpx11, cpx21, cpx31, cpx41, cpx51, cpx12, cpx22, cpx32, cpx42, cpx52, cpx62, cax11, cax21, cax31, cax41, ccx13, ccx23, ccx33, ccx43, ccx53, ccx63',
                '  args.location: "mars" is unknown: one of fsn1, nbg1, hel1, ash, hil, sin',
                '  args.image: "windows" is unknown: one of debian-12, debian-13',
                '  args.sshFrom[0]: "0.0.0.0/0" is open to the world: SSH is let in from addresses that you name',
                "      203.0.113.7/32 for one address",
                '  args.sshFrom[1]: "203.0.113.7" is no network: an address, a slash and the number of its fixed bits',
                "      203.0.113.7/32 for this one address",
                "  args.volumeSizeGb: 9 is not allowed: a whole number from 10 to 10240",
                "  args.swapMb: -1 is not allowed: a whole number from 0 to 65536",
                '  args.authorizedKeys[0]: is no public key: one line, like "ssh-ed25519 AAAA… name"',
            ].join("\n"),
        );
    });

    it("of a European series stands in Europe", async () => {
        await expect(recordVps({ location: "ash" })).rejects.toThrow(
            'args.serverType: "cx33" is not offered at ash: its series stands in Europe only',
        );
        await expect(recordVps({ location: "ash", serverType: "cpx31" })).resolves.toBeDefined();
    });
});
