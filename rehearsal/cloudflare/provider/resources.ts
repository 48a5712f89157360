import { restKind } from "./restKind";
import { Wire } from "./client";

/** Replacements and defaults are those of Terraform's provider, which Pulumi's bridges: see `RequiresReplace` in its schemas. */
export const dnsRecord = restKind({
    token: "cloudflare:index/dnsRecord:DnsRecord",
    scope: "zone",
    collection: "dns_records",
    inputs: {
        name: "string",
        type: "string",
        ttl: "number",
        content: "string?",
        data: "object?",
        proxied: "boolean?",
        comment: "string?",
    },
    defaults: { proxied: false },
    outputs: ["createdOn", "modifiedOn", "proxiable"],
    updateMethod: "PUT",
    // Of a record with parts the content is made by the API.
    reword: (answer) => (answer.data === undefined ? answer : { ...answer, content: undefined }),
});

export const tunnel = restKind({
    token: "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared",
    scope: "account",
    collection: "cfd_tunnel",
    inputs: { name: "string", configSrc: "string?", tunnelSecret: "string?" },
    defaults: { configSrc: "local" },
    outputs: ["accountTag", "createdAt", "remoteConfig", "status", "tunType"],
    replaceOn: { configSrc: "a tunnel is configured here or there from its beginning" },
    secrets: ["tunnelSecret"],
    untold: ["tunnelSecret"],
    updateMethod: "PATCH",
});

export const accessServiceToken = restKind({
    token: "cloudflare:index/zeroTrustAccessServiceToken:ZeroTrustAccessServiceToken",
    scope: "account",
    collection: "access/service_tokens",
    inputs: { name: "string", duration: "string?" },
    defaults: { duration: "8760h" },
    outputs: ["clientId", "clientSecret", "expiresAt"],
    secrets: ["clientSecret"],
    untold: ["clientSecret"],
    updateMethod: "PUT",
});

export const accessPolicy = restKind({
    token: "cloudflare:index/zeroTrustAccessPolicy:ZeroTrustAccessPolicy",
    scope: "account",
    collection: "access/policies",
    inputs: {
        name: "string",
        decision: "string",
        includes: "list?",
        excludes: "list?",
        requires: "list?",
    },
    outputs: ["appCount", "createdAt", "reusable", "updatedAt"],
    updateMethod: "PUT",
});

export const accessApplication = restKind({
    token: "cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication",
    scope: "account",
    collection: "access/apps",
    inputs: { name: "string", type: "string", destinations: "list", policies: "list?" },
    outputs: ["aud", "domain", "selfHostedDomains", "sessionDuration"],
    updateMethod: "PUT",
    // The API tells the whole of each policy, the program which ones in which order.
    reword: (answer) => ({
        ...answer,
        policies: ((answer.policies ?? []) as Wire[]).map(({ id, precedence }) => ({ id, precedence })),
    }),
});
