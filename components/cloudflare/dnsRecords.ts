import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import { refuse } from "../../lib/problems";
import { checkHost } from "../../lib/routes";
import { checkZones, Zone, zoneOf } from "./zones";

/** DNS for hosts that a server answers for by itself. */
export interface DnsRecordsArgs {
    /** Hosts that lead to the server. */
    hosts: string[];
    /** Zones at Cloudflare; each host lies in one of them. */
    zones: Zone[];
    /** The server's IPv4 address. A change updates the records in place. */
    ipv4: pulumi.Input<string>;
    /** The server's IPv6 address. A change updates the records in place. */
    ipv6: pulumi.Input<string>;
    /** Who may issue certificates for the hosts. @default "letsencrypt.org" */
    certificateAuthority?: string;
}

/** Cloudflare's word for "automatic": 300 seconds. */
const AUTOMATIC_TTL = 1;

/**
 * Records of hosts that a server answers for by itself: its addresses, and who may issue certificates. Not proxied: TLS
 * ends at the server's router, and so does the proof for its certificates.
 */
export class DnsRecords extends pulumi.ComponentResource {
    constructor(name: string, args: DnsRecordsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("berth:index:DnsRecords", name, {}, opts);
        const { hosts, zones, ipv4, ipv6, certificateAuthority = "letsencrypt.org" } = args;
        refuse(`DnsRecords "${name}"`, [
            ...hosts.flatMap((host, index) => checkHost(`args.hosts[${index}]`, host)),
            ...checkZones("args.zones", hosts, zones),
        ]);
        for (const host of hosts) {
            const record = (type: string, values: Pick<cloudflare.DnsRecordArgs, "content" | "data">) =>
                new cloudflare.DnsRecord(
                    `${host}-${type.toLowerCase()}`,
                    {
                        zoneId: zoneOf(host, zones)?.id ?? "",
                        name: host,
                        type,
                        proxied: false,
                        ttl: AUTOMATIC_TTL,
                        ...values,
                    },
                    { parent: this },
                );
            record("A", { content: ipv4 });
            record("AAAA", { content: ipv6 });
            record("CAA", { data: { flags: 0, tag: "issue", value: certificateAuthority } });
        }
        this.registerOutputs({});
    }
}
