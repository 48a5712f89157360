import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
    hetznerDefinition,
    RememberingHost,
    SimulatedHetzner,
    SimulatedHetznerArgs,
} from "../../rehearsal/hetzner";
import { ProviderClient, Values } from "./providerClient";

/** A public key, as `ssh-keygen` writes it; each number gives another. */
export function publicKey(number: number): string {
    const type = Buffer.from("ssh-ed25519");
    const lengths = [type.length, 32].map((length) => {
        const buffer = Buffer.alloc(4);
        buffer.writeUInt32BE(length);
        return buffer;
    });
    const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = lengths;
    return `ssh-ed25519 ${Buffer.concat([first, type, second, Buffer.alloc(32, number)]).toString("base64")} test`;
}

/** A simulated Hetzner Cloud for one test, with a host that remembers. */
export class HetznerScene {
    readonly host = new RememberingHost();
    private readonly folder = mkdtempSync(join(tmpdir(), "berth-hetzner-"));
    readonly worldFile = join(this.folder, "world.json");
    private cloud: SimulatedHetzner | undefined;
    private readonly clients: ProviderClient[] = [];

    async start(more: Partial<SimulatedHetznerArgs> = {}): Promise<this> {
        this.cloud = await SimulatedHetzner.start({ host: this.host, worldFile: this.worldFile, ...more });
        return this;
    }

    /** Ends the simulation and starts it anew, from its file. */
    async restart(more: Partial<SimulatedHetznerArgs> = {}): Promise<void> {
        await this.cloud?.stop();
        await this.start(more);
    }

    async stop(): Promise<void> {
        this.clients.forEach((client) => client.close());
        await this.cloud?.stop();
        rmSync(this.folder, { recursive: true });
    }

    /** Asks the API; `token` says in which project. */
    async call(method: string, path: string, body?: unknown, token = "ours"): Promise<Reply> {
        const response = await fetch(`${this.cloud?.endpoint ?? ""}${path}`, {
            method,
            headers: token === "" ? {} : { authorization: `Bearer ${token}` },
            body: typeof body === "string" ? body : JSON.stringify(body),
        });
        const text = await response.text();
        return { status: response.status, body: text === "" ? {} : (JSON.parse(text) as Body) };
    }

    /** Status and code of an answer that is an error, and the fields that it names. */
    async refusal(method: string, path: string, body?: unknown): Promise<string> {
        const { status, body: answer } = await this.call(method, path, body);
        const { code, details } = (answer.error ?? {}) as { code?: string; details?: Details };
        const fields = details?.fields?.map(({ name }) => name) ?? [];
        return [status, code, ...fields].join(" ");
    }

    /** Makes something, waits until it is made, and tells its id. */
    async make(one: string, body: object): Promise<number> {
        const { status, body: made } = await this.call("POST", `/${one}s`, body);
        if (status !== 201) {
            throw new Error(JSON.stringify(made));
        }
        await this.settled();
        return (made[one] as { id: number }).id;
    }

    /** Does something to it and waits until that has ended. */
    async act(one: string, id: number, action: string, body: object = {}): Promise<void> {
        const { status, body: answer } = await this.call("POST", `/${one}s/${id}/actions/${action}`, body);
        if (status !== 201) {
            throw new Error(JSON.stringify(answer));
        }
        await this.settled();
    }

    async get(one: string, id: number): Promise<Body> {
        return (await this.call("GET", `/${one}s/${id}`)).body[one] as Body;
    }

    /** Waits until nothing is under way. */
    async settled(): Promise<void> {
        const running = async () => {
            const { body } = await this.call("GET", "/actions?per_page=50");
            return (body.actions as { status: string }[]).some(({ status }) => status === "running");
        };
        while (await running()) {
            // A host of real machines takes its time.
            await delay(5);
        }
    }

    /** The provider, in front of this cloud. */
    async provider(token = "ours"): Promise<ProviderClient> {
        const client = await ProviderClient.start(hetznerDefinition());
        this.clients.push(client);
        await client.configureWith({ endpoint: this.cloud?.endpoint ?? "", token });
        return client;
    }
}

interface Details {
    readonly fields?: readonly { readonly name: string }[];
}

export type Body = Record<string, unknown>;

export interface Reply {
    readonly status: number;
    readonly body: Body;
}

/** Type token of one of the provider's resources. */
export function hcloud(name: string): string {
    return `hcloud:index/${name}:${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

export const SERVER: Readonly<Values> = {
    name: "shop",
    serverType: "cx23",
    image: "debian-12",
    location: "nbg1",
};
