import { Rule } from "./serverHost";

/** Everything that the simulated cloud knows, as plain data: it is written to a file and read back. */
export interface World {
    /** The last id that was given: none is given twice, in no project and for no kind. */
    lastId: number;
    /** By the hash of the project's token: the world's file holds no token. */
    readonly projects: Record<string, Project>;
}

/** The first id is larger than this: ids that are made up are none. */
const FIRST_ID = 4_000_000;

export function emptyWorld(): World {
    return { lastId: FIRST_ID, projects: {} };
}

/** Everything that belongs to one token, each by its id. */
export interface Project {
    readonly servers: Record<string, Server>;
    readonly volumes: Record<string, Volume>;
    readonly firewalls: Record<string, Firewall>;
    readonly networks: Record<string, Network>;
    readonly primaryIps: Record<string, PrimaryIp>;
    readonly sshKeys: Record<string, SshKey>;
    readonly placementGroups: Record<string, PlacementGroup>;
    readonly actions: Record<string, Action>;
}

/** What everything has. */
export interface Named {
    readonly id: number;
    name: string;
    labels: Record<string, string>;
    readonly created: string;
}

export interface Server extends Named {
    status: "initializing" | "running" | "off";
    type: string;
    readonly image: string;
    readonly location: string;
    /** GB; stays as it is when the type is changed with its disk kept. */
    diskGb: number;
    protection: { delete: boolean; rebuild: boolean };
    readonly placementGroup?: number;
    privateNets: PrivateNet[];
}

export interface PrivateNet {
    readonly network: number;
    readonly ip: string;
    aliasIps: string[];
    readonly macAddress: string;
}

export interface Volume extends Named {
    sizeGb: number;
    readonly location: string;
    readonly format?: "ext4" | "xfs";
    server?: number;
    deleteProtection: boolean;
}

export interface Firewall extends Named {
    rules: Rule[];
    /** Ids of the servers it is applied to. */
    servers: number[];
}

export interface Network extends Named {
    readonly ipRange: string;
    subnets: Subnet[];
    deleteProtection: boolean;
}

export interface Subnet {
    readonly type: "cloud" | "server";
    readonly ipRange: string;
    readonly networkZone: string;
}

export interface PrimaryIp extends Named {
    readonly type: "ipv4" | "ipv6";
    /** The address, or the network of IPv6 addresses. */
    readonly ip: string;
    readonly location: string;
    server?: number;
    autoDelete: boolean;
    deleteProtection: boolean;
}

export interface SshKey extends Named {
    readonly publicKey: string;
    /** MD5, as the API has it: `b7:2f:…`. */
    readonly fingerprint: string;
}

export interface PlacementGroup extends Named {
    readonly type: "spread";
}

export interface Action {
    readonly id: number;
    readonly command: string;
    readonly started: string;
    readonly resources: readonly { readonly id: number; readonly type: string }[];
    status: "running" | "success" | "error";
    finished?: string;
    error?: { readonly code: string; readonly message: string };
}

export function emptyProject(): Project {
    return {
        servers: {},
        volumes: {},
        firewalls: {},
        networks: {},
        primaryIps: {},
        sshKeys: {},
        placementGroups: {},
        actions: {},
    };
}
