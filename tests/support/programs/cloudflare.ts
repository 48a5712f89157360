import * as pulumi from "@pulumi/pulumi";
import { DnsRecords } from "../../../components/cloudflare/dnsRecords";
import { CloudflareTunnel } from "../../../components/cloudflare/tunnel";
import { spareStackTraces } from "../../../stacks/stackTraces";

spareStackTraces();

// The program of a temporary project: a tunnel with two hosts, and a host that a server answers for by itself.
const { accountId, zone } = new pulumi.Config().requireObject<{ accountId: string; zone: string }>("at");
const zones = [{ name: "shop.example", id: zone }];

const tunnel = new CloudflareTunnel("tunnel", {
    name: "berth-test",
    accountId,
    zones,
    routes: [{ host: "quiz.shop.example" }, { host: "quiz.shop.example", pathPrefix: "/ws" }],
    service: "http://router:8000",
    ssh: { host: "ssh.shop.example", service: "ssh://172.31.255.241:22" },
    protect: false,
});
new DnsRecords("dns", {
    hosts: ["api.shop.example"],
    zones,
    ipv4: "192.0.2.1",
    ipv6: "2001:db8::1",
});

export const token = tunnel.token;
