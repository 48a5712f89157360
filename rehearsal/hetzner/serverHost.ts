/** What a server is made of, where it really is made. */
export interface HostedServer {
    readonly id: number;
    readonly name: string;
    /** `debian-12`. */
    readonly image: string;
    /** Empty where there is none. Holds private keys: for the server only. */
    readonly userData: string;
    readonly publicKeys: readonly string[];
    /** Undefined where the server has none. */
    readonly ipv4: string | undefined;
    /** Network of the server's IPv6 addresses, `2001:db8:1::/64`. Undefined where it has none. */
    readonly ipv6: string | undefined;
}

export interface HostedVolume {
    readonly id: number;
    readonly sizeGb: number;
    /** Undefined: no file system yet. */
    readonly format: "ext4" | "xfs" | undefined;
    /** Path of its device on the server. */
    readonly device: string;
}

/** A firewall's rule, as it goes over the wire. */
export interface Rule {
    readonly direction: "in" | "out";
    readonly protocol: "tcp" | "udp" | "icmp" | "esp" | "gre";
    /** `80`, `80-85` or `any`; null for protocols without ports. */
    readonly port: string | null;
    readonly source_ips: readonly string[];
    readonly destination_ips: readonly string[];
    readonly description: string | null;
}

/**
 * What servers really are. The API asks for one thing at a time of each server; a promise that fails is the action's
 * error. What is asked for twice is as if it was asked for once.
 */
export interface ServerHost {
    /** Makes a server and starts it. */
    create(server: HostedServer): Promise<void>;
    delete(id: number): Promise<void>;
    /** `shutdown` asks the system to end, `off` cuts the power. */
    power(id: number, to: "on" | "off" | "shutdown" | "reboot"): Promise<void>;
    /** A volume that is attached for the first time is empty; it outlives its server. */
    attachVolume(id: number, volume: HostedVolume): Promise<void>;
    detachVolume(id: number, volume: number): Promise<void>;
    /** A volume that is attached to no server is deleted with all that is on it. */
    deleteVolume(volume: number): Promise<void>;
    /** Undefined: no firewall, everything passes. An empty list lets in nothing. */
    setFirewall(id: number, rules: readonly Rule[] | undefined): Promise<void>;
}
