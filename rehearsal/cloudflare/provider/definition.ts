import { dependencies } from "../../../package.json";
import { Problem } from "../../../lib/problems";
import { Connected, ProviderDefinition } from "../../../providers/server/server";
import { checkTypes } from "../../../providers/server/inputs";
import { Properties } from "../../../providers/server/properties";
import { CloudflareClient } from "./client";
import { accessApplication, accessPolicy, accessServiceToken, dnsRecord, tunnel } from "./resources";
import { CloudflareServices } from "./restKind";
import { tunnelConfig } from "./tunnelConfig";
import { getTunnelToken } from "./tunnelToken";

/** The provider `cloudflare`, as far as our stacks use it; it stands where Pulumi's own can't be downloaded. */
export const definition: ProviderDefinition<CloudflareServices> = {
    // Of the provider whose place it takes.
    version: dependencies["@pulumi/cloudflare"],
    kinds: [dnsRecord, tunnel, tunnelConfig, accessServiceToken, accessPolicy, accessApplication],
    functions: [getTunnelToken],
    checkConfig,
    connect,
};

/** There is no default for `baseUrl`: this provider never goes to the real API by an oversight. */
function checkConfig(config: Properties): Problem[] {
    return checkTypes(config, { apiToken: "string", baseUrl: "string" });
}

function connect({ apiToken, baseUrl }: Properties): Connected<CloudflareServices> {
    if (typeof apiToken !== "string" || typeof baseUrl !== "string") {
        throw new Error("cloudflare:apiToken and cloudflare:baseUrl are needed");
    }
    const client = new CloudflareClient({ apiToken, baseUrl });
    return { context: (call) => ({ ...call, client }), close: () => undefined };
}
