import { WorldFile } from "../worldFile";
import { actionRoutes } from "./actions";
import { catalogueRoutes } from "./catalogueRoutes";
import { firewallRoutes } from "./firewalls";
import { networkRoutes } from "./networks";
import { placementGroupRoutes } from "./placementGroups";
import { primaryIpRoutes } from "./primaryIps";
import { ApiServer } from "./server";
import { serverActionRoutes } from "./serverActions";
import { ServerHost } from "./serverHost";
import { serverNetworkRoutes } from "./serverNetworks";
import { serverRoutes } from "./servers";
import { Simulation } from "./simulation";
import { sshKeyRoutes } from "./sshKeys";
import { emptyWorld, World } from "./state";
import { volumeRoutes } from "./volumes";

/** What a simulated Hetzner Cloud is started with. */
export interface SimulatedHetznerArgs {
    /** What servers really are. */
    readonly host: ServerHost;
    /** File that the world is kept in; one that is there is gone on with. @default none: the world ends with the simulation */
    readonly worldFile?: string;
    /** Port on loopback. @default a free one */
    readonly port?: number;
    /** Address of the number of a server, from 1 on. @default one of 198.18.0.0/15, which is nobody's */
    readonly ipv4?: (number: number) => string;
    /** Whether a type of server is sold out at a location. @default nothing is */
    readonly soldOut?: (serverType: string, location: string) => boolean;
}

const ROUTES = [
    ...serverRoutes,
    ...serverActionRoutes,
    ...serverNetworkRoutes,
    ...volumeRoutes,
    ...firewallRoutes,
    ...networkRoutes,
    ...primaryIpRoutes,
    ...sshKeyRoutes,
    ...placementGroupRoutes,
    ...catalogueRoutes,
    ...actionRoutes,
];

/** Hetzner Cloud on this machine: its API on loopback, every token a project of its own. */
export class SimulatedHetzner {
    private constructor(
        /** What clients take as their endpoint: it ends with `/v1`. */
        readonly endpoint: string,
        private readonly api: ApiServer,
        private readonly work: ReadonlySet<Promise<void>>,
    ) {}

    static async start(args: SimulatedHetznerArgs): Promise<SimulatedHetzner> {
        const file = new WorldFile(args.worldFile, emptyWorld());
        interruptActions(file.world);
        const work = new Set<Promise<void>>();
        const sim: Simulation = {
            world: file.world,
            host: args.host,
            soldOut: args.soldOut ?? (() => false),
            ipv4: args.ipv4 ?? ((number) => `198.18.${Math.floor(number / 250)}.${(number % 250) + 1}`),
            save: () => {
                file.save();
            },
            background: (promise) => {
                work.add(promise);
                void promise.finally(() => work.delete(promise));
            },
        };
        const api = new ApiServer(sim, ROUTES);
        return new SimulatedHetzner(await api.listen(args.port ?? 0), api, work);
    }

    /** Ends it once what is under way has ended. Servers are left as they are. */
    async stop(): Promise<void> {
        await this.api.close();
        await Promise.all(this.work);
    }
}

/** What was under way when the last run ended never comes to an end. */
function interruptActions({ projects }: World): void {
    for (const { actions } of Object.values(projects)) {
        for (const action of Object.values(actions).filter(({ status }) => status === "running")) {
            action.status = "error";
            action.error = { code: "action_failed", message: "the simulation ended before the action did" };
            action.finished = action.started;
        }
    }
}
