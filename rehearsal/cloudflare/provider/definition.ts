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

/** What the provider finds where it runs, as the real one finds it in the variables of its environment. */
export interface CloudflareEnvironment {
    /** Base of the API. Goes before the configuration. @default the configuration has it */
    readonly baseUrl?: string;
    /** Secret. As the variable CLOUDFLARE_API_TOKEN. Goes before the configuration. @default the configuration has it */
    readonly apiToken?: string;
}

/** The provider `cloudflare`, as far as our stacks use it; it stands where Pulumi's own can't be downloaded. */
export function cloudflareDefinition(
    environment: CloudflareEnvironment = {},
): ProviderDefinition<CloudflareServices> {
    return {
        // Of the provider whose place it takes.
        version: dependencies["@pulumi/cloudflare"],
        kinds: [dnsRecord, tunnel, tunnelConfig, accessServiceToken, accessPolicy, accessApplication],
        functions: [getTunnelToken],
        checkConfig: (config) => checkConfig({ ...config, ...environment }),
        connect: (config) => connect({ ...config, ...environment }),
    };
}

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
