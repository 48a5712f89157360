import { DnsRecords } from "../../components/cloudflare/dnsRecords";
import { HetznerVps } from "../../components/hetzner/vps";

const vps = new HetznerVps("vps", {
    name: "shop-prod",
    serverType: "cx33",
    location: "nbg1",
    sshFrom: ["203.0.113.7/32"],
    web: true,
    volumeSizeGb: 40,
});

// A, AAAA and CAA for each host.
new DnsRecords("dns", {
    hosts: ["shop.example.org", "api.shop.example.org"],
    zones: [{ name: "example.org", id: "fedcba9876543210fedcba9876543210" }],
    ipv4: vps.ipv4,
    ipv6: vps.ipv6,
});
