import { defineFunction } from "../../../providers/server/function";
import { checkTypes } from "../../../providers/server/inputs";
import { CloudflareServices } from "./restKind";

interface Args {
    readonly accountId: string;
    readonly tunnelId: string;
}

/** What a tunnel's connector proves itself with. */
export const getTunnelToken = defineFunction<Args, Args & { readonly token: string }, CloudflareServices>({
    token: "cloudflare:index/getZeroTrustTunnelCloudflaredToken:getZeroTrustTunnelCloudflaredToken",
    secretResults: ["token"],

    check: (args) => checkTypes(args, { accountId: "string", tunnelId: "string" }),

    async call(args, { client, signal }) {
        const path = `/accounts/${args.accountId}/cfd_tunnel/${args.tunnelId}/token`;
        return { ...args, token: String(await client.send("GET", path, signal)) };
    },
});
