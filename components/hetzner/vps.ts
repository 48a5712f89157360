import { createHash } from "node:crypto";
import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { DATA_FOLDER, renderCloudInit } from "../../lib/cloudInit";
import { refuse } from "../../lib/problems";
import { KeyPair } from "../../providers/sdk";
import { Server } from "../server";
import { inboundRules } from "./firewall";
import { HetznerNetwork } from "./network";
import { HetznerVpsArgs, KeyArgs, validateHetznerVps } from "./vpsArgs";

const DEFAULT_IMAGE = "debian-12";
const DEFAULT_SWAP_MB = 2048;

/** Login name of the stack on its servers. */
const USER = "deploy";

interface Keys {
    readonly client: KeyArgs;
    readonly host: KeyArgs;
}

/**
 * A server at Hetzner Cloud that is ready for containers: Docker on Debian, hardened by its user data, behind a firewall
 * that lets in what is named and nothing else, with fixed addresses and a data volume that both outlive it.
 */
export class HetznerVps extends pulumi.ComponentResource {
    /** What a platform on the server has to know of it. */
    readonly server: Server;
    /** Public IPv4 address. It stays when the server is made anew. */
    readonly ipv4: pulumi.Output<string>;
    /** Public IPv6 address. It stays when the server is made anew. */
    readonly ipv6: pulumi.Output<string>;

    private readonly protect: boolean;

    constructor(
        private readonly name: string,
        private readonly args: HetznerVpsArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("berth:index:HetznerVps", name, {}, opts);
        refuse(`HetznerVps "${name}"`, validateHetznerVps(args));
        this.protect = args.protect ?? true;

        const keys = {
            client: args.clientKey ?? this.createKey("client-key"),
            host: args.hostKey ?? this.createKey("host-key"),
        };
        const volume = this.createVolume();
        const sshFrom = [...(args.sshFrom ?? []), ...(args.sshFromContainers ?? [])];
        const userData = this.renderUserData(keys, volume.linuxDevice, sshFrom);
        const addresses = { ipv4: this.createAddress("ipv4"), ipv6: this.createAddress("ipv6") };
        const network = this.args.network ?? this.createNetwork();
        const server = this.createServer(keys.client, userData, addresses, network);
        const attachments = [this.attachVolume(server, volume), this.joinNetwork(server, network)];

        this.ipv4 = addresses.ipv4.ipAddress;
        this.ipv6 = server.ipv6Address;
        this.server = {
            id: server.id,
            resource: server,
            requires: attachments,
            engine: pulumi.interpolate`ssh://${USER}@${this.ipv4}`,
            privateKey: pulumi.secret(keys.client.privateKey),
            hostKey: pulumi.output(keys.host.publicKey),
            sshFrom,
            // Who may use SSH can change on a server that is there.
            userData: hashOf(this.renderUserData(keys, volume.linuxDevice, [])),
            dataRoot: DATA_FOLDER,
        };
        this.registerOutputs({ ipv4: this.ipv4, ipv6: this.ipv6 });
    }

    private createKey(role: string): KeyPair {
        return new KeyPair(`${this.name}-${role}`, { parent: this, protect: this.protect });
    }

    private createVolume(): hcloud.Volume {
        const { name, volumeSizeGb: size, location, labels } = this.args;
        return new hcloud.Volume(
            `${this.name}-data`,
            { name: `${name}-data`, size, location, format: "ext4", labels, deleteProtection: this.protect },
            { parent: this, protect: this.protect },
        );
    }

    private createAddress(type: "ipv4" | "ipv6"): hcloud.PrimaryIp {
        const { name, location, labels } = this.args;
        return new hcloud.PrimaryIp(
            `${this.name}-${type}`,
            {
                name: `${name}-${type}`,
                type,
                location,
                // It stays when the server goes: DNS leads to it.
                autoDelete: false,
                deleteProtection: this.protect,
                labels,
            },
            { parent: this, protect: this.protect },
        );
    }

    /** Secret: the server's private key is in it. */
    private renderUserData(
        { client, host }: Keys,
        dataDevice: pulumi.Output<string>,
        sshFrom: string[],
    ): pulumi.Output<string> {
        const { name, swapMb = DEFAULT_SWAP_MB, liveRestore = true } = this.args;
        const rendered = pulumi
            .all([client.publicKey, host.privateKey, host.publicKey, dataDevice])
            .apply(([clientKey, privateKey, publicKey, device]) =>
                renderCloudInit({
                    hostname: name,
                    user: USER,
                    authorizedKeys: [clientKey, ...(this.args.authorizedKeys ?? [])],
                    hostKey: { privateKey, publicKey },
                    dataDevice: device,
                    sshFrom,
                    swapMb,
                    liveRestore,
                }),
            );
        return pulumi.secret(rendered);
    }

    private createServer(
        key: KeyArgs,
        userData: pulumi.Output<string>,
        { ipv4, ipv6 }: Record<"ipv4" | "ipv6", hcloud.PrimaryIp>,
        network: HetznerNetwork,
    ): hcloud.Server {
        const { name, serverType, location, image = DEFAULT_IMAGE, labels, sshFrom = [], web } = this.args;
        const firewall = new hcloud.Firewall(
            `${this.name}-firewall`,
            { name, labels, rules: inboundRules({ sshFrom, web }) },
            { parent: this },
        );
        // With a key Hetzner sets no password for root, and mails none.
        const sshKey = new hcloud.SshKey(
            `${this.name}-ssh-key`,
            { name, labels, publicKey: key.publicKey },
            { parent: this },
        );
        return new hcloud.Server(
            this.name,
            {
                name,
                serverType,
                location,
                image,
                labels,
                userData,
                sshKeys: [sshKey.id],
                // From its first moment: an attachment would come later.
                firewallIds: [firewall.id.apply(Number)],
                publicNets: [
                    {
                        ipv4Enabled: true,
                        ipv4: ipv4.id.apply(Number),
                        ipv6Enabled: true,
                        ipv6: ipv6.id.apply(Number),
                    },
                ],
                placementGroupId: this.args.network?.placementGroup,
                // The next larger type can be left again.
                keepDisk: true,
                // Hetzner's provider does this before it learns that the server is protected: a delete that is refused
                // would leave it off. What lifts the protection is an update, and brings this with it.
                shutdownBeforeDeletion: !this.protect,
                deleteProtection: this.protect,
                rebuildProtection: this.protect,
            },
            {
                parent: this,
                protect: this.protect,
                // It is on the network until it is gone, and Hetzner deletes no subnet that has a server on it.
                dependsOn: network,
                // Name and addresses are taken by one server at a time.
                deleteBeforeReplace: true,
                // Both are used once, at the first boot: a change would replace the server and its disk.
                ignoreChanges: ["userData", "sshKeys"],
                additionalSecretOutputs: ["userData"],
            },
        );
    }

    private attachVolume(server: hcloud.Server, volume: hcloud.Volume): hcloud.VolumeAttachment {
        return new hcloud.VolumeAttachment(
            `${this.name}-data-attachment`,
            { serverId: server.id.apply(Number), volumeId: volume.id.apply(Number), automount: false },
            // A volume is attached to one server at a time, and goes with none.
            { parent: this, deleteBeforeReplace: true, deletedWith: server },
        );
    }

    private createNetwork(): HetznerNetwork {
        const { name, location, labels } = this.args;
        return new HetznerNetwork(`${this.name}-network`, { name, location, labels }, { parent: this });
    }

    private joinNetwork(server: hcloud.Server, network: HetznerNetwork): hcloud.ServerNetwork {
        return new hcloud.ServerNetwork(
            `${this.name}-private`,
            { serverId: server.id.apply(Number), subnetId: network.subnet },
            { parent: this, deleteBeforeReplace: true, deletedWith: server },
        );
    }
}

/** The hash of a secret of this size tells nothing of it. */
function hashOf(userData: pulumi.Output<string>): pulumi.Output<string> {
    return pulumi.unsecret(userData.apply((text) => createHash("sha256").update(text).digest("hex")));
}
