import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { Served, serve } from "../../providers/server/serve";
import { SimulatedCloudflare } from "../../rehearsal/cloudflare";
import { cloudflareDefinition } from "../../rehearsal/cloudflare/provider/definition";
import { hetznerDefinition, SimulatedHetzner } from "../../rehearsal/hetzner";
import { MachineHost } from "../../rehearsal/hetzner/machines";
import { addressOn, createMachineNetwork, Machine, MachineNetwork } from "../../rehearsal/machine";
import { mirrorDropIn, RehearsalRegistry } from "../../rehearsal/registry";
import { until } from "./containers";

/** The zone of `example.com`. */
export const ZONE = "11111111111111111111111111111111";
const TOKEN = "token-of-the-test";

interface Shown {
    readonly id: number;
}

/**
 * Hetzner's and Cloudflare's clouds on this machine, with providers in front of them; servers are machines, and pull from
 * a registry of their own.
 */
export class Clouds {
    private constructor(
        private readonly docker: Docker,
        private readonly network: MachineNetwork,
        private readonly registry: RehearsalRegistry,
        private readonly host: MachineHost,
        private readonly hetzner: SimulatedHetzner,
        private readonly cloudflare: SimulatedCloudflare,
        private readonly served: readonly Served[],
        private readonly clear: () => Promise<void>,
    ) {}

    static async start(docker: Docker, name: string): Promise<Clouds> {
        const folder = mkdtempSync(join(tmpdir(), "berth-test-clouds-"));
        const labels = { "berth.test": name };
        const network = await createMachineNetwork(docker, name, labels);
        const registry = await RehearsalRegistry.start({
            address: network.gateway,
            folder: join(folder, "registry"),
        });
        const files = [mirrorDropIn(registry.url)];
        const host = new MachineHost(docker, { name, network, folder, labels, files });
        const hetzner = await SimulatedHetzner.start({ host, ipv4: (number) => addressOn(network, number) });
        const zones = [{ name: "example.com", id: ZONE }];
        const cloudflare = await SimulatedCloudflare.start({
            accounts: [{ id: "0".repeat(32), token: TOKEN, zones }],
        });
        const served = [
            await serve(hetznerDefinition({ endpoint: hetzner.endpoint, token: TOKEN })),
            await serve(cloudflareDefinition({ baseUrl: cloudflare.url, apiToken: TOKEN })),
        ];
        return new Clouds(docker, network, registry, host, hetzner, cloudflare, served, async () => {
            await MachineHost.removeLeftovers(docker, { labels, folder });
            rmSync(folder, { recursive: true });
        });
    }

    /** Makes an image of this machine's engine one that servers can pull; gives the reference that they know it by. */
    async publish(image: string, tag: string): Promise<string> {
        const [name = ""] = image.split(":");
        const pushed = await this.registry.push(this.docker, { image, repository: `library/${name}`, tag });
        return pushed.replace("library/", "");
    }

    /** Value of `PULUMI_DEBUG_PROVIDERS`. */
    get variable(): string {
        const names = ["hcloud", "cloudflare"];
        return this.served.map(({ port }, index) => `${names[index] ?? ""}:${port}`).join();
    }

    /** The address that the stack's one server has, whichever machine it is. */
    get address(): string {
        return addressOn(this.network, 1);
    }

    /** Source of what this machine sends to the server. */
    get gateway(): string {
        return this.network.gateway;
    }

    /** The stack's servers, as the cloud knows them. */
    async servers(): Promise<number[]> {
        const { servers } = (await this.ask("GET", "/servers")) as { servers: Shown[] };
        return servers.map(({ id }) => id);
    }

    /** The machine that the stack's one server is. */
    async machine(): Promise<Machine> {
        return this.host.machine(await this.server());
    }

    /** Deletes the server as somebody does by hand, protection and all. */
    async lose(): Promise<void> {
        const path = `/servers/${await this.server()}`;
        await this.ask("POST", `${path}/actions/change_protection`, { delete: false, rebuild: false });
        await this.ask("DELETE", path);
        await until(
            async () => (await this.servers()).length === 0,
            () => Promise.resolve("the server is there still"),
        );
    }

    async stop(): Promise<void> {
        this.served.forEach((served) => served.stop());
        await Promise.all([this.hetzner.stop(), this.cloudflare.stop(), this.registry.stop()]);
        await this.clear();
    }

    private async server(): Promise<number> {
        const [id, ...others] = await this.servers();
        if (id === undefined || others.length > 0) {
            throw new Error("the stack has one server");
        }
        return id;
    }

    private async ask(method: string, path: string, body?: object): Promise<unknown> {
        const response = await fetch(`${this.hetzner.endpoint}${path}`, {
            method,
            headers: { authorization: `Bearer ${TOKEN}` },
            body: JSON.stringify(body),
        });
        const answer: unknown = await response.json();
        if (!response.ok) {
            throw new Error(JSON.stringify(answer));
        }
        return answer;
    }
}
