import Docker from "dockerode";
import execa from "execa";
import { AnyKind, defineKind, Kind } from "../../providers/server/kind";
import { serve } from "../../providers/server/serve";
import { addressOn, createMachineNetwork, Machine, MachineNetwork } from "../../rehearsal/machine";
import { until } from "./containers";

type State = Readonly<Record<string, unknown>>;

/**
 * Providers that answer in place of Hetzner's and Cloudflare's, as far as a stack's life needs it: a server is a machine
 * in a container, booted with its user data; a volume is a folder that outlives it. All else is only remembered.
 */
export class Clouds {
    /** Machines that run, by the id of their server. */
    readonly machines = new Map<string, Machine>();
    private lastId = 4000;

    private constructor(
        private readonly docker: Docker,
        private readonly network: MachineNetwork,
        private readonly storage: string,
        private readonly images: readonly string[],
    ) {}

    /** Serves both. `images` are what a machine finds on its engine, in place of a registry. */
    static async start(
        docker: Docker,
        name: string,
        storage: string,
        images: readonly string[],
    ): Promise<{ clouds: Clouds; variable: string; stop: () => Promise<void> }> {
        const network = await createMachineNetwork(docker, name);
        const clouds = new Clouds(docker, network, storage, images);
        const served = await serve({
            version: "1.0.0",
            kinds: clouds.kinds(),
            connect: () => ({ context: (call) => call, close: () => undefined }),
        });
        const stop = async () => {
            served.stop();
            await Promise.all([...clouds.machines.values()].map((machine) => machine.remove()));
            await network.remove();
        };
        return { clouds, variable: `hcloud:${served.port},cloudflare:${served.port}`, stop };
    }

    /** The address that the stack's one server has, whichever machine it is. */
    get address(): string {
        return addressOn(this.network, 1);
    }

    /** Source of what this machine sends to the server. */
    get gateway(): string {
        return this.network.gateway;
    }

    private kinds(): AnyKind<object>[] {
        const hcloud = ["firewall", "network", "networkSubnet", "serverNetwork", "sshKey"];
        return [
            ...hcloud.map((module) => this.remembered(`hcloud:index/${module}:${capitalised(module)}`)),
            this.remembered("cloudflare:index/dnsRecord:DnsRecord"),
            this.remembered("hcloud:index/volume:Volume", { linuxDevice: deviceOf }),
            this.remembered("hcloud:index/primaryIp:PrimaryIp", {
                ipAddress: (_, { type }) => (type === "ipv4" ? this.address : "2001:db8::"),
            }),
            this.server(),
            this.attachment(),
        ];
    }

    private nextId(): string {
        this.lastId += 1;
        return String(this.lastId);
    }

    private remembered(
        token: string,
        computed: Readonly<Record<string, (id: string, inputs: State) => string>> = {},
    ): AnyKind<object> {
        const outputsOf = (id: string, inputs: State) =>
            Object.fromEntries(
                Object.entries(computed).map(([name, compute]) => [name, compute(id, inputs)]),
            );
        const kind: Kind<State, State, object> = {
            token,
            outputs: Object.keys(computed),
            check: () => [],
            create: (inputs) => {
                const id = this.nextId();
                return Promise.resolve({ id, outputs: outputsOf(id, inputs) });
            },
            update: (id, inputs) => Promise.resolve(outputsOf(id, inputs)),
        };
        return defineKind(kind);
    }

    private server(): AnyKind<object> {
        const kind: Kind<{ name: string; userData: string; deleteProtection?: boolean }, State, object> = {
            token: "hcloud:index/server:Server",
            outputs: ["ipv6Address"],
            replaceOn: { userData: "it is read once" },
            check: () => [],
            create: async ({ name, userData }) => {
                const id = this.nextId();
                const machine = await Machine.boot(this.docker, {
                    name: `${name}-${id}`,
                    userData,
                    network: this.network.name,
                    address: this.address,
                    storage: this.storage,
                });
                this.machines.set(id, machine);
                return { id, outputs: { ipv6Address: "2001:db8::1" } };
            },
            update: () => Promise.resolve({ ipv6Address: "2001:db8::1" }),
            read: (id, state) => Promise.resolve(this.machines.has(id) ? state : undefined),
            delete: async (id, { deleteProtection }) => {
                if (deleteProtection === true) {
                    throw new Error(`server ${id} is protected from deletion`);
                }
                await this.machines.get(id)?.remove();
                this.machines.delete(id);
            },
        };
        return defineKind(kind);
    }

    private attachment(): AnyKind<object> {
        const kind: Kind<{ serverId: number; volumeId: number }, object, object> = {
            token: "hcloud:index/volumeAttachment:VolumeAttachment",
            outputs: [],
            replaceOn: { serverId: "attached anew", volumeId: "attached anew" },
            check: () => [],
            create: async ({ serverId, volumeId }) => {
                const machine = this.machines.get(String(serverId));
                if (machine === undefined) {
                    throw new Error(`there is no server ${serverId}`);
                }
                const id = String(volumeId);
                await machine.attachVolume({ device: deviceOf(id), folder: `volume-${id}` });
                await this.loadImages(machine);
                return { id: this.nextId(), outputs: {} };
            },
            update: () => Promise.resolve({}),
        };
        return defineKind(kind);
    }

    /** Machines reach no registry: what they will be asked for is there before. */
    private async loadImages(machine: Machine): Promise<void> {
        await until(
            async () => (await machine.exec(["docker", "version"])).exitCode === 0,
            () =>
                machine.shell("cloud-init status --long; systemctl --no-pager status docker.service || true"),
        );
        const load = execa("docker", ["exec", "-i", machine.id, "docker", "load"]);
        const save = execa("docker", ["save", ...this.images], { buffer: false });
        if (save.stdout === null || load.stdin === null) {
            throw new Error("the images' way to the machine has no end");
        }
        save.stdout.pipe(load.stdin);
        await Promise.all([save, load]);
    }
}

function deviceOf(volume: string): string {
    return `/dev/disk/by-id/scsi-0HC_Volume_${volume}`;
}

function capitalised(name: string): string {
    return name.charAt(0).toUpperCase() + name.slice(1);
}
