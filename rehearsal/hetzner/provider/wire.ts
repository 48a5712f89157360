/** What of the API's answers the provider reads. Source: Hetzner Cloud's API documentation and its public Go client. */

export interface WireAction {
    readonly id: number;
    readonly command: string;
    readonly status: "running" | "success" | "error";
    readonly error: { readonly code: string; readonly message: string } | null;
}

interface WireNamed {
    readonly id: number;
    readonly name: string;
    readonly labels: Record<string, string>;
}

interface WireProtection {
    readonly delete: boolean;
    readonly rebuild?: boolean;
}

export interface WireServer extends WireNamed {
    readonly status: string;
    readonly server_type: { readonly name: string };
    readonly image: { readonly name: string };
    readonly location: { readonly name: string };
    readonly primary_disk_size: number;
    readonly protection: WireProtection;
    readonly public_net: {
        readonly ipv4: WireAddress | null;
        readonly ipv6: WireAddress | null;
        readonly firewalls: readonly { readonly id: number }[];
    };
    readonly private_net: readonly {
        readonly network: number;
        readonly ip: string;
        readonly alias_ips: string[];
        readonly mac_address: string;
    }[];
    readonly placement_group: { readonly id: number } | null;
}

export interface WireAddress {
    readonly id: number;
    readonly ip: string;
}

export interface WireVolume extends WireNamed {
    readonly size: number;
    readonly location: { readonly name: string };
    readonly format: string | null;
    readonly server: number | null;
    readonly protection: WireProtection;
    readonly linux_device: string;
}

export interface WireRule {
    readonly direction: string;
    readonly protocol: string;
    readonly port: string | null;
    readonly source_ips: string[];
    readonly destination_ips: string[];
    readonly description: string | null;
}

export interface WireFirewall extends WireNamed {
    readonly rules: readonly WireRule[];
    readonly applied_to: readonly { readonly type: string; readonly server?: { readonly id: number } }[];
}

export interface WireNetwork extends WireNamed {
    readonly ip_range: string;
    readonly protection: WireProtection;
    readonly subnets: readonly {
        readonly type: string;
        readonly ip_range: string;
        readonly network_zone: string;
        readonly gateway: string;
    }[];
}

export interface WirePrimaryIp extends WireNamed {
    readonly type: "ipv4" | "ipv6";
    readonly ip: string;
    readonly location: { readonly name: string };
    readonly assignee_id: number | null;
    readonly auto_delete: boolean;
    readonly protection: WireProtection;
}

export interface WireSshKey extends WireNamed {
    readonly public_key: string;
    readonly fingerprint: string;
}

export interface WirePlacementGroup extends WireNamed {
    readonly type: string;
}
