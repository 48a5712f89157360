import * as cloudflare from "@pulumi/cloudflare";
import { Certificate } from "../../../providers/sdk/fly";

const certificate = new Certificate("shop", { app: "shop-prod", hostname: "shop.example.org" });

// Fly gets the certificate as soon as the name leads to the app.
new cloudflare.DnsRecord("shop-cname", {
    zoneId: "0123456789abcdef0123456789abcdef",
    name: certificate.hostname,
    type: "CNAME",
    content: certificate.dnsTarget,
    ttl: 300,
});
