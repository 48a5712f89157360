import { Stage } from "../stage/stage";
import { check, eventually } from "./scene";

/** What somebody does by hand at Hetzner's console. */
export class HetznerConsole {
    constructor(private readonly stage: Stage) {}

    /** The stack's server. */
    async server(): Promise<{ readonly id: number; readonly status: string }> {
        const { servers } = await this.call<{ servers: { id: number; status: string }[] }>("GET", "/servers");
        const [server] = servers;
        check(server !== undefined && servers.length === 1, `there are ${servers.length} servers`);
        return server;
    }

    async volume(): Promise<{ readonly id: number; readonly server: number | null }> {
        const { volumes } = await this.call<{ volumes: { id: number; server: number | null }[] }>(
            "GET",
            "/volumes",
        );
        const [volume] = volumes;
        check(volume !== undefined && volumes.length === 1, `there are ${volumes.length} volumes`);
        return volume;
    }

    /** The server's IPv4 address. */
    async address(): Promise<{ readonly id: number; readonly ip: string }> {
        const { primary_ips: all } = await this.call<{
            primary_ips: { id: number; ip: string; type: "ipv4" | "ipv6" }[];
        }>("GET", "/primary_ips");
        const address = all.find(({ type }) => type === "ipv4");
        check(address !== undefined, "there is no IPv4 address");
        return address;
    }

    async firewall(): Promise<{ readonly id: number; readonly rules: readonly object[] }> {
        const { firewalls } = await this.call<{ firewalls: { id: number; rules: object[] }[] }>(
            "GET",
            "/firewalls",
        );
        const [firewall] = firewalls;
        check(firewall !== undefined && firewalls.length === 1, `there are ${firewalls.length} firewalls`);
        return firewall;
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
