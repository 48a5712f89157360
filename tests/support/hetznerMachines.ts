import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderCloudInit } from "../../lib/cloudInit";
import type { Rule } from "../../rehearsal/hetzner";
import { MachineHost } from "../../rehearsal/hetzner/machines";
import {
    addressOn,
    createAccess,
    createMachineNetwork,
    Machine,
    machineImage,
    MachineNetwork,
    PROBE_IMAGE,
} from "../../rehearsal/machine";
import { Containers, until } from "./containers";
import { HetznerScene } from "./hetzner";

const EVERYBODY = ["0.0.0.0/0", "::/0"];

export function open(port: number): Partial<Rule> {
    return { direction: "in", protocol: "tcp", port: String(port), source_ips: EVERYBODY };
}

/** Makes a server publish a port of a container that sends back what it gets. */
export function publishEcho(port: number): string {
    return `docker run --detach --publish ${port}:7 ${PROBE_IMAGE} /bin/busybox nc -ll -p 7 -e /bin/cat`;
}

/** A file of systemd that every machine has from the start. */
const FILES = [
    {
        path: "/etc/systemd/system/docker.service.d/90-marker.conf",
        content: "[Service]\nEnvironment=MARKER=there\n",
    },
];

/** A simulated Hetzner Cloud whose servers are machines, with a volume and a firewall; all goes with it. */
export class MachineScene {
    readonly containers = new Containers("hetzner");
    readonly labels: Readonly<Record<string, string>>;
    readonly folder = mkdtempSync(join(tmpdir(), "berth-test-hetzner-"));
    readonly api = new HetznerScene();
    host: MachineHost;

    private constructor(
        private readonly name: string,
        readonly network: MachineNetwork,
    ) {
        this.labels = labelsOf(name);
        this.host = this.newHost();
    }

    static async start(): Promise<MachineScene> {
        const containers = new Containers("hetzner");
        const name = containers.uniqueName();
        const network = await createMachineNetwork(containers.docker, name, labelsOf(name));
        const scene = new MachineScene(name, network);
        await scene.api.start({ host: scene.host, ipv4: (number) => addressOn(network, number) });
        return scene;
    }

    /** A host like one of a later process: what it knows is on the engine and in the folder. */
    newHost(): MachineHost {
        const { name, network, folder, labels } = this;
        const dns = ["192.0.2.53", network.gateway];
        return new MachineHost(this.containers.docker, { name, network, folder, labels, dns, files: FILES });
    }

    /** User data as production has it, for servers whose data lies on a volume. */
    async userData(volume: number): Promise<string> {
        const { network, folder } = this;
        const access = await createAccess(mkdtempSync(join(folder, "keys-")), addressOn(network, 1));
        return renderCloudInit({
            hostname: "shop",
            user: access.user,
            authorizedKeys: [access.clientKey],
            hostKey: access.hostKey,
            dataDevice: `/dev/disk/by-id/scsi-0HC_Volume_${volume}`,
            sshFrom: [],
            swapMb: 0,
            liveRestore: true,
        });
    }

    /** Makes something; what begins with it has to end well. */
    async make(one: string, body: object): Promise<number> {
        const id = await this.api.make(one, body);
        await this.succeeded();
        return id;
    }

    async makeServer(name: string, firewall: number, userData: string): Promise<number> {
        return this.make("server", {
            ...{ name, server_type: "cx23", image: "debian-12", location: "nbg1" },
            ...{ user_data: userData, firewalls: [{ firewall }] },
        });
    }

    async act(one: string, id: number, action: string, body?: object): Promise<void> {
        await this.api.act(one, id, action, body);
        await this.succeeded();
    }

    async delete(one: string, id: number): Promise<void> {
        await this.api.call("DELETE", `/${one}s/${id}`);
        await this.succeeded();
    }

    machine(server: number): Machine {
        return this.host.machine(server);
    }

    /** Docker starts by itself once the disk is there. */
    async dockerAnswers(server: number): Promise<void> {
        const machine = this.machine(server);
        await machine.booted();
        await until(
            async () => (await machine.exec(["docker", "version"])).exitCode === 0,
            () => machine.shell("systemctl status --no-pager docker.service mnt-data.mount || true"),
        );
    }

    imageOf(volume: number): string {
        return join(this.folder, "volumes", `volume-${volume}.img`);
    }

    /** How much of the host's there is on the engine. */
    async left(): Promise<{ containers: number; networks: number }> {
        const { docker } = this.containers;
        const filters = { label: Object.entries(this.labels).map((each) => each.join("=")) };
        const containers = await docker.listContainers({ all: true, filters });
        const networks = await docker.listNetworks({ filters });
        return { containers: containers.length, networks: networks.length };
    }

    /** Files that stand behind loop devices of this machine: by their numbers, since paths are another container's. */
    async inodesOfLoops(): Promise<number[]> {
        const { code, output } = await this.containers.run(machineImage(), {
            Entrypoint: ["losetup", "--list", "--noheadings", "--output", "BACK-INO"],
            HostConfig: { Binds: ["/dev:/dev"], DeviceCgroupRules: ["b 7:* r"], NetworkMode: "none" },
        });
        if (code !== 0) {
            throw new Error(output);
        }
        return output.trim().split(/\s+/).map(Number);
    }

    async removeLeftovers(): Promise<void> {
        const { labels, folder } = this;
        await MachineHost.removeLeftovers(this.containers.docker, { labels, folder });
    }

    async stop(): Promise<void> {
        await this.api.stop();
        await this.containers.removeAll();
        await this.removeLeftovers();
        rmSync(this.folder, { recursive: true });
    }

    private async succeeded(): Promise<void> {
        await this.api.settled();
        const { body } = await this.api.call("GET", "/actions?per_page=50");
        const failed = (body.actions as { status: string }[]).filter(({ status }) => status !== "success");
        if (failed.length > 0) {
            throw new Error(JSON.stringify(failed));
        }
    }
}

function labelsOf(name: string): Record<string, string> {
    return { "berth.test": name };
}
