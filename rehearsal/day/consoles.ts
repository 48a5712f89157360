import { Stage } from "../stage/stage";
import { check, eventually } from "./scene";

/** What somebody does by hand at Hetzner's console. */
export class HetznerConsole {
    constructor(private readonly stage: Stage) {}

    /** The stack's server. */
    server(): Promise<Identified> {
        return this.only("servers");
    }

    volume(): Promise<Identified> {
        return this.only("volumes");
    }

    firewall(): Promise<Identified & { readonly rules: readonly object[] }> {
        return this.only("firewalls");
    }

    /** The server's IPv4 address. */
    address(): Promise<Identified> {
        return this.only(
            "primary_ips",
            ({ type }: Identified & { readonly type: string }) => type === "ipv4",
        );
    }

    /** Does something, and waits until it is done. */
    async act(method: string, path: string, body?: object): Promise<void> {
        const { action, actions } = await this.call<{ action?: Action; actions?: Action[] }>(
            method,
            path,
            body,
        );
        for (const { id } of [...(action ? [action] : []), ...(actions ?? [])]) {
            await this.done(id);
        }
    }

    /** How many things there are of some kinds. */
    async count(...kinds: readonly string[]): Promise<Record<string, number>> {
        const counts = kinds.map(async (kind) => {
            const answer = await this.call<Record<string, unknown[]>>("GET", `/${kind}`);
            return [kind, answer[kind]?.length ?? 0] as const;
        });
        return Object.fromEntries(await Promise.all(counts));
    }

    private async only<Thing>(kind: string, isMeant: (each: Thing) => boolean = () => true): Promise<Thing> {
        const { [kind]: all = [] } = await this.call<Record<string, Thing[]>>("GET", `/${kind}`);
        const [thing, ...others] = all.filter(isMeant);
        check(thing !== undefined && others.length === 0, `there are ${all.length} ${kind}, not one`);
        return thing;
    }

    private async done(id: number): Promise<void> {
        await eventually(180, async () => {
            const { action } = await this.call<{ action: Action }>("GET", `/actions/${id}`);
            check(action.status !== "running", `${action.command} is still going on`);
            check(action.status === "success", `${action.command} failed: ${action.error?.message ?? ""}`);
        });
    }

    private call<Result>(method: string, path: string, body?: object): Promise<Result> {
        const { hetzner, tokens } = this.stage.world;
        return call(`${hetzner.endpoint}${path}`, tokens.hetzner, method, body);
    }
}

interface Identified {
    readonly id: number;
}

interface Action {
    readonly id: number;
    readonly command: string;
    readonly status: "running" | "success" | "error";
    readonly error?: { readonly message: string } | null;
}

/** A DNS record as Cloudflare's console shows it. */
export interface ShownRecord {
    readonly id: string;
    readonly name: string;
    readonly type: string;
    readonly content: string;
}

/** What somebody does by hand at Cloudflare's console. */
export class CloudflareConsole {
    constructor(private readonly stage: Stage) {}

    /** All records of the account's zones. */
    async records(): Promise<(ShownRecord & { readonly zone: string })[]> {
        const zones = await this.call<{ id: string }[]>("GET", "/zones?per_page=50");
        const lists = zones.map(async ({ id }) => {
            const records = await this.call<ShownRecord[]>("GET", `/zones/${id}/dns_records?per_page=500`);
            return records.map((record) => ({ ...record, zone: id }));
        });
        return (await Promise.all(lists)).flat();
    }

    async change({ zone, id }: { zone: string; id: string }, content: string): Promise<void> {
        await this.call("PATCH", `/zones/${zone}/dns_records/${id}`, { content });
    }

    /** Tunnels that were not deleted. */
    async tunnels(): Promise<number> {
        const path = `/accounts/${this.stage.world.cloudflareAccount}/cfd_tunnel?is_deleted=false`;
        return (await this.call<unknown[]>("GET", path)).length;
    }

    private async call<Result>(method: string, path: string, body?: object): Promise<Result> {
        const { cloudflare, tokens } = this.stage.world;
        const answer = await call<{ result: Result }>(
            `${cloudflare.url}${path}`,
            tokens.cloudflare,
            method,
            body,
        );
        return answer.result;
    }
}

/** A call of Fly's API, as `fly` makes it. */
export function flyCall<Result>(stage: Stage, method: string, path: string): Promise<Result> {
    const { fly, tokens } = stage.world;
    return call(`${fly.url}/v1${path}`, tokens.fly, method);
}

async function call<Result>(url: string, token: string, method: string, body?: object): Promise<Result> {
    const response = await fetch(url, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    check(response.ok, `${method} ${new URL(url).pathname}: ${response.status} ${text}`);
    return (text === "" ? {} : JSON.parse(text)) as Result;
}
