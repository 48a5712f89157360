import { WorldFile } from "../worldFile";
import { accessApplicationRoutes } from "./api/accessApplications";
import { accessPolicyRoutes } from "./api/accessPolicies";
import { accessTokenRoutes } from "./api/accessTokens";
import { recordRoutes } from "./api/records";
import { ApiServer, SimulatedRequest } from "./api/server";
import { tunnelConfigRoutes } from "./api/tunnelConfigs";
import { tunnelRoutes } from "./api/tunnels";
import { zoneRoutes } from "./api/zones";
import { EdgeAddresses } from "./dns/answer";
import { DnsServer } from "./dns/server";
import { hexId } from "./ids";
import { emptyWorld, WorldState } from "./state";

/** An account that is there when the simulation starts. */
export interface SimulatedAccount {
    /** 32 hexadecimal digits. */
    readonly id: string;
    /** The API token of who may do everything in it, and nothing elsewhere. Secret. */
    readonly token: string;
    /** Its zones. @default an id is drawn by lot */
    readonly zones: readonly { readonly name: string; readonly id?: string }[];
}

/** What a simulated Cloudflare is started with. */
export interface SimulatedCloudflareArgs {
    /** Accounts and zones to add to those of the file. */
    readonly accounts: readonly SimulatedAccount[];
    /** File that the world is kept in and read from again. @default it ends with the process */
    readonly file?: string;
    /** Loopback port of the API. @default any that is free */
    readonly apiPort?: number;
    /** Where the name server listens. @default any free port of 127.0.0.1 */
    readonly dns?: { readonly address?: string; readonly port?: number };
    /** Where the edge takes requests: what proxied records are answered with. @default 127.0.0.1 */
    readonly edge?: EdgeAddresses;
}

const ROUTES = [
    ...zoneRoutes,
    ...recordRoutes,
    ...tunnelRoutes,
    ...tunnelConfigRoutes,
    ...accessTokenRoutes,
    ...accessPolicyRoutes,
    ...accessApplicationRoutes,
];

const LOOPBACK = "127.0.0.1";

/** Cloudflare on this machine: its API on loopback, and name servers that answer from its records. */
export class SimulatedCloudflare {
    private constructor(
        /** Base of the API; paths begin behind it: `/zones`. */
        readonly url: string,
        /** `address:port` of the name server, as a resolver takes it. */
        readonly nameServer: string,
        private readonly file: WorldFile<WorldState>,
        private readonly api: ApiServer,
        private readonly dns: DnsServer,
        private readonly listeners: Set<() => void>,
    ) {}

    static async start(args: SimulatedCloudflareArgs): Promise<SimulatedCloudflare> {
        const file = new WorldFile(args.file, emptyWorld());
        const { world } = file;
        args.accounts.forEach((account) => addAccount(world, account));
        disconnectTunnels(world);
        file.save();
        const listeners = new Set<() => void>();
        const keep = () => {
            file.save();
            listeners.forEach((listener) => {
                listener();
            });
        };
        const api = new ApiServer(world, keep, ROUTES);
        const dns = new DnsServer(world, args.edge ?? { ipv4: LOOPBACK }, args.dns?.address ?? LOOPBACK);
        const url = await api.listen(args.apiPort ?? 0);
        try {
            const nameServer = await dns.listen(args.dns?.port ?? 0);
            return new SimulatedCloudflare(url, nameServer, file, api, dns, listeners);
        } catch (error) {
            await api.close();
            throw error;
        }
    }

    /** What is known; it changes with each request. */
    get world(): WorldState {
        return this.file.world;
    }

    /** Every request until now, in the order they were answered. */
    get requests(): readonly SimulatedRequest[] {
        return this.api.requests;
    }

    /** Keeps what was changed in the world past the API. */
    save(): void {
        this.file.save();
    }

    /** Calls after each change over the API; gives back what ends that. */
    onChange(listener: () => void): () => void {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
    }

    async stop(): Promise<void> {
        await Promise.all([this.api.close(), this.dns.close()]);
    }
}

/** Connections end with the process that took them. */
function disconnectTunnels({ tunnels }: WorldState): void {
    for (const tunnel of Object.values(tunnels).filter(({ connections }) => connections.length > 0)) {
        tunnel.connections = [];
        tunnel.disconnectedAt = new Date().toISOString();
    }
}

/** What is there already keeps its id and all that belongs to it. */
function addAccount(world: WorldState, { id, token, zones }: SimulatedAccount): void {
    world.accounts[id] = { id, token };
    const known = Object.values(world.zones).filter(({ account }) => account === id);
    for (const zone of zones.filter(({ name }) => !known.some((each) => each.name === name))) {
        const zoneId = zone.id ?? hexId();
        world.zones[zoneId] = {
            id: zoneId,
            name: zone.name,
            account: id,
            createdAt: new Date().toISOString(),
        };
    }
}
