import Docker from "dockerode";
import { addressRoutes } from "./addresses";
import { appRoutes } from "./apps";
import { certificateRoutes } from "./certificates";
import { edgeView } from "./edgeView";
import { EdgeWorld } from "./edgeWorld";
import { Fault } from "./faults";
import { Images } from "./images";
import { leaseRoutes } from "./leases";
import { Lifecycle } from "./lifecycle";
import { machineActionRoutes } from "./machineActions";
import { machineRoutes } from "./machines";
import { metadataRoutes } from "./metadata";
import { Networks } from "./networks";
import { platformRoutes } from "./platform";
import { Runtime } from "./runtime";
import { secretRoutes } from "./secrets";
import { ApiServer, SimulatedRequest } from "./server";
import { Simulation } from "./simulation";
import { snapshotRoutes } from "./snapshots";
import { Organization, WorldState } from "./state";
import { volumeRoutes } from "./volumes";

/** What a simulated Fly is started with. */
export interface SimulatedFlyArgs {
    readonly docker: Docker;
    /** Beginning of the names of all containers, volumes and networks, and their label. */
    readonly name: string;
    /** @default one, `personal`, with the token `simulated-token` and no quota */
    readonly organizations?: readonly {
        readonly slug: string;
        readonly tokens: readonly string[];
        readonly quota?: Organization["quota"];
    }[];
    /** Whether the API's rate limits hold. @default true */
    readonly rateLimits?: boolean;
    /** The clock by which rate limits refill, in milliseconds. @default this machine's */
    readonly now?: () => number;
    /** Images of the engine, by the references that machines name them by. @default references are the engine's */
    readonly images?: Readonly<Record<string, string>>;
    /** Image with `sh`, `cp` and `du`, which copies volumes. @default `node:20-slim` */
    readonly helperImage?: string;
    /** Addresses of the machines' resolvers. @default the engine's */
    readonly nameServers?: readonly string[];
    /** Whether a hostname leads here, when its certificate is checked. @default every one does */
    readonly dns?: (hostname: string) => boolean;
}

const ROUTES = [
    ...appRoutes,
    ...machineRoutes,
    ...machineActionRoutes,
    ...leaseRoutes,
    ...metadataRoutes,
    ...volumeRoutes,
    ...snapshotRoutes,
    ...secretRoutes,
    ...addressRoutes,
    ...certificateRoutes,
    ...platformRoutes,
];

/** Fly on this machine: its Machines API on loopback, its machines as containers. */
export class SimulatedFly {
    private constructor(
        /** Base of the API: paths below it begin with `/v1`. */
        readonly url: string,
        /** What an edge works on. */
        readonly world: EdgeWorld,
        private readonly api: ApiServer,
        private readonly sim: Simulation,
        private readonly work: BackgroundWork,
    ) {}

    /** Starts one; what an earlier one of this name has left behind goes first. */
    static async start(args: SimulatedFlyArgs): Promise<SimulatedFly> {
        const {
            docker,
            name,
            organizations = PERSONAL,
            rateLimits = true,
            images = {},
            now = Date.now,
        } = args;
        const runtime = new Runtime(docker, name, args.nameServers);
        await runtime.clear();
        await runtime.measure();
        const world = emptyWorld(organizations);
        const work = new BackgroundWork();
        const sim: Simulation = {
            world,
            runtime,
            lifecycle: new Lifecycle(world, runtime, (error) => work.failures.push(error)),
            networks: new Networks(docker, name, runtime.labels),
            images: new Images(docker),
            helperImage: args.helperImage ?? "node:20-slim",
            dns: args.dns ?? (() => true),
            background: (promise) => work.add(promise),
        };
        Object.entries(images).forEach(([reference, image]) => sim.images.publish(reference, image));
        const api = new ApiServer({ sim, routes: ROUTES, rateLimits, now });
        return new SimulatedFly(await api.listen(), edgeView(world, sim.lifecycle), api, sim, work);
    }

    /** Every request until now, in the order they came. */
    get requests(): readonly SimulatedRequest[] {
        return this.api.requests;
    }

    /** Lets one of the next requests go wrong. */
    fault(fault: Fault): void {
        this.api.faults.add(fault);
    }

    /** Takes back the faults that have not happened yet. */
    clearFaults(): void {
        this.api.faults.clear();
    }

    /** Makes an image of the engine known under a reference, as a push to a registry would. */
    publish(reference: string, engineImage: string): void {
        this.sim.images.publish(reference, engineImage);
    }

    /** What a machine has printed since its last start. The real API has no such thing. */
    logs(machineId: string): Promise<string> {
        return this.sim.runtime.logs(machineId);
    }

    /** Removes every container, volume and network. Throws what went wrong after an answer was given. */
    async stop(): Promise<void> {
        await this.api.close();
        await this.sim.lifecycle.close();
        await this.work.done();
        await this.sim.runtime.clear();
        if (this.work.failures.length > 0) {
            throw new AggregateError(this.work.failures, "the simulated Fly failed at what it had promised");
        }
    }
}

const PERSONAL = [{ slug: "personal", tokens: ["simulated-token"] }];

function emptyWorld(organizations: NonNullable<SimulatedFlyArgs["organizations"]>): WorldState {
    const all = organizations.map(({ slug, tokens, quota = {} }) => [slug, { slug, tokens, quota }] as const);
    return {
        organizations: Object.fromEntries(all),
        apps: {},
        machines: {},
        volumes: {},
        snapshots: {},
        counter: 0,
    };
}

/** What goes on after answers were given. */
class BackgroundWork {
    readonly failures: unknown[] = [];
    private readonly going = new Set<Promise<void>>();

    add(work: Promise<unknown>): void {
        const watched: Promise<void> = work
            .then(
                () => undefined,
                (error: unknown) => void this.failures.push(error),
            )
            .finally(() => this.going.delete(watched));
        this.going.add(watched);
    }

    async done(): Promise<void> {
        while (this.going.size > 0) {
            await Promise.all(this.going);
        }
    }
}
