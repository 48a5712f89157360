/** What the edge (Fly Proxy) sees of the simulated platform: services, their machines, and two things it may do. */

/** A machine that a service can be served by, as it is at the moment of asking. */
export interface EdgeMachine {
    readonly id: string;
    /** Version of the machine: changes with each update of its config. */
    readonly instanceId: string;
    readonly region: string;
    /** State as the Machines API names it: `started`, `stopped`, `suspended`… */
    readonly state: string;
    /** A cordoned machine gets no new requests. */
    readonly cordoned: boolean;
    /** All checks of its services pass; true where there are none. */
    readonly healthy: boolean;
    /** Address of the machine's container; empty while it has none. */
    readonly address: string;
}

/** A service of an app, and the machines that offer it. */
export interface EdgeService {
    readonly app: string;
    readonly internalPort: number;
    readonly forceHttps: boolean;
    readonly autostart: boolean;
    readonly autostop: "off" | "stop" | "suspend";
    /** Machines that autostop leaves running in the primary region. */
    readonly minMachinesRunning: number;
    /** Requests or connections in flight per machine above which others are preferred. */
    readonly softLimit?: number;
    /** Requests or connections in flight per machine that are never exceeded. */
    readonly hardLimit?: number;
    readonly primaryRegion?: string;
    /** The machines that offer this service, as they are now. */
    machines(): readonly EdgeMachine[];
}

/** The platform behind the edge. It does no autostop and no autostart of its own: the edge decides. */
export interface EdgeWorld {
    /** The service behind `<app>.fly.dev` or a host name with a certificate; only of apps with a public address. */
    service(host: string): EdgeService | undefined;
    /** Starts a stopped or suspended machine; resolves when it is started. */
    start(machineId: string): Promise<void>;
    /** Stops a machine; resolves when it is stopped. */
    stop(machineId: string): Promise<void>;
}
