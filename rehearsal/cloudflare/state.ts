import { IngressRule } from "../../lib/ingress";

/** Everything that the simulated Cloudflare knows, as plain data: it is kept in a file. */
export interface WorldState {
    readonly accounts: Record<string, Account>;
    readonly zones: Record<string, Zone>;
    readonly records: Record<string, DnsRecord>;
    readonly tunnels: Record<string, Tunnel>;
    readonly serviceTokens: Record<string, ServiceToken>;
    readonly policies: Record<string, Policy>;
    readonly applications: Record<string, Application>;
}

export interface Account {
    readonly id: string;
    /** Secret. Who bears it sees this account and no other. */
    readonly token: string;
}

export interface Zone {
    readonly id: string;
    readonly name: string;
    readonly account: string;
    readonly createdAt: string;
}

export interface DnsRecord {
    readonly id: string;
    readonly zone: string;
    readonly type: RecordType;
    /** Whole name, in lower case, without a dot at its end. */
    readonly name: string;
    readonly content: string;
    /** Parts of a CAA record. */
    readonly data?: CaaData;
    readonly proxied: boolean;
    /** Seconds; 1 for automatic. */
    readonly ttl: number;
    readonly comment: string | null;
    readonly createdAt: string;
    readonly modifiedAt: string;
}

export const RECORD_TYPES = ["A", "AAAA", "CAA", "CNAME", "TXT"] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

export interface CaaData {
    readonly flags: number;
    readonly tag: string;
    readonly value: string;
}

export interface Tunnel {
    readonly id: string;
    readonly account: string;
    name: string;
    readonly configSrc: "local" | "cloudflare";
    /** Secret. Base64. */
    secret: string;
    readonly createdAt: string;
    deletedAt: string | null;
    connections: Connection[];
    /** When the last connection ended. @default it has one, or never had */
    disconnectedAt?: string | null;
    config: TunnelConfig | undefined;
}

/** A connector's line to the edge. */
export interface Connection {
    readonly id: string;
    readonly clientId: string;
    readonly clientVersion: string;
    readonly originIp: string;
    readonly openedAt: string;
}

export interface TunnelConfig {
    /** Counts up with each change. */
    readonly version: number;
    readonly createdAt: string;
    /** As it came, further settings included. */
    readonly config: { readonly ingress: readonly IngressRule[]; readonly [setting: string]: unknown };
}

export interface ServiceToken {
    readonly id: string;
    readonly account: string;
    readonly name: string;
    readonly clientId: string;
    /** Secret: told once, when it is made. */
    readonly clientSecret: string;
    readonly duration: string;
    readonly createdAt: string;
    readonly updatedAt: string;
}

export interface Policy {
    readonly id: string;
    readonly account: string;
    readonly name: string;
    readonly decision: string;
    /** Rules as they came, by `include`, `exclude` and `require`. */
    readonly rules: Readonly<Record<string, readonly unknown[]>>;
    readonly createdAt: string;
    readonly updatedAt: string;
}

export interface Application {
    readonly id: string;
    readonly account: string;
    readonly name: string;
    readonly type: string;
    readonly aud: string;
    readonly destinations: readonly { readonly type: string; readonly uri: string }[];
    readonly policies: readonly { readonly id: string; readonly precedence: number }[];
    readonly createdAt: string;
    readonly updatedAt: string;
}

export function emptyWorld(): WorldState {
    return {
        accounts: {},
        zones: {},
        records: {},
        tunnels: {},
        serviceTokens: {},
        policies: {},
        applications: {},
    };
}

/** Parts of the world that belong to one owner: its account's, or its zone's. */
export function ownedBy<Part extends { readonly account: string }>(
    parts: Readonly<Record<string, Part>>,
    account: string,
): Part[] {
    return Object.values(parts).filter((part) => part.account === account);
}

export function recordsOf({ records }: WorldState, zone: string): DnsRecord[] {
    return Object.values(records).filter((record) => record.zone === zone);
}
