import { CheckStatus, ImageRef, MachineConfig, MachineEvent } from "./wire";

/** Everything that the simulated platform knows, as plain data: it can be written to a file and read back. */
export interface WorldState {
    readonly organizations: Record<string, Organization>;
    readonly apps: Record<string, App>;
    readonly machines: Record<string, Machine>;
    readonly volumes: Record<string, Volume>;
    readonly snapshots: Record<string, Snapshot>;
    /** Numbers behind addresses and the like: each is used once. */
    counter: number;
}

export interface Organization {
    readonly slug: string;
    readonly tokens: readonly string[];
    readonly quota: { readonly machines?: number; readonly volumes?: number; readonly apps?: number };
}

export interface App {
    readonly id: string;
    readonly number: number;
    readonly name: string;
    readonly organization: string;
    /** Name of the private network. */
    readonly network: string;
    readonly createdAtMs: number;
    readonly secrets: Secrets;
    addresses: Address[];
    certificates: Certificate[];
}

/** All versions of an app's secrets: a machine has those of the version that it was made with. */
export interface Secrets {
    version: number;
    /** Values by version, then by name. */
    readonly versions: Record<number, Record<string, Secret>>;
}

export interface Secret {
    readonly value: string;
    readonly digest: string;
    readonly createdAt: string;
    readonly updatedAt: string;
}

export interface Address {
    readonly ip: string;
    readonly region: string;
    readonly shared: boolean;
    readonly public: boolean;
    readonly createdAt: string;
}

export interface Certificate {
    readonly hostname: string;
    acmeRequested: boolean;
    /** Whether the hostname was seen to lead here. */
    configured: boolean;
    issuedAt?: string;
    /** A certificate that was brought. */
    custom?: { readonly fullchain: string; readonly privateKey: string; readonly createdAt: string };
    readonly createdAt: string;
    updatedAt: string;
}

export interface Lease {
    readonly nonce: string;
    readonly owner: string;
    readonly description: string;
    readonly expiresAtMs: number;
}

export interface Machine {
    readonly id: string;
    /** Empty when the app was removed, and this is about to be. */
    app: string;
    readonly name: string;
    readonly region: string;
    /** Bridge that it is on. */
    readonly network: string;
    /** Address on it, the same as long as the machine lives. */
    readonly address: string;
    readonly createdAt: string;
    updatedAt: string;
    state: string;
    instanceId: string;
    /** Versions that were replaced, oldest first. */
    replaced: string[];
    config: MachineConfig;
    imageRef: ImageRef;
    /** What the engine calls the image. */
    engineImage: string;
    /** Version of the app's secrets that it has. 0: none. */
    secretsVersion: number;
    cordoned: boolean;
    lease?: Lease;
    /** Newest first. */
    events: MachineEvent[];
    checks: CheckStatus[];
    /** When it was restarted by its policy, in this run of starts. */
    restartsMs: number[];
}

export interface Volume {
    readonly id: string;
    app: string;
    readonly name: string;
    readonly region: string;
    readonly zone: string;
    readonly createdAt: string;
    readonly encrypted: boolean;
    state: "created" | "restoring" | "destroyed";
    sizeGb: number;
    machine?: string;
    snapshotRetention: number;
    autoBackup: boolean;
}

export interface Snapshot {
    readonly id: string;
    readonly volume: string;
    app: string;
    readonly createdAt: string;
    readonly volumeSizeGb: number;
    readonly retentionDays: number;
    /** Bytes. */
    size: number;
    status: "creating" | "created" | "failed";
}

/** A machine that is still something: neither destroyed nor on its way there. */
export function isAlive({ state }: Pick<Machine, "state">): boolean {
    return state !== "destroyed" && state !== "destroying";
}

export function machinesOf(world: WorldState, app: string): Machine[] {
    return Object.values(world.machines).filter((machine) => machine.app === app);
}

export function volumesOf(world: WorldState, app: string): Volume[] {
    return Object.values(world.volumes).filter(
        (volume) => volume.app === app && volume.state !== "destroyed",
    );
}
