import { checkTypes } from "../../../providers/server/inputs";
import { Context, defineKind } from "../../../providers/server/kind";
import { Properties } from "../../../providers/server/properties";
import { Wire } from "./client";
import { fromWire, toWire } from "./naming";
import { CloudflareServices, lastPart, scopeIn } from "./restKind";

const TOKEN = "cloudflare:index/zeroTrustTunnelCloudflaredConfig:ZeroTrustTunnelCloudflaredConfig";

interface Inputs {
    readonly accountId: string;
    readonly tunnelId: string;
    readonly source: string;
    readonly config: Properties;
}

interface Outputs {
    readonly createdAt: string;
    readonly version: number;
}

/** A tunnel's rules: there is one such thing for each tunnel, it has the tunnel's id, and ends with it. */
export const tunnelConfig = defineKind<Inputs, Outputs, CloudflareServices>({
    token: TOKEN,
    outputs: ["createdAt", "version"],
    replaceOn: { accountId: "it lies in its account", tunnelId: "it is a part of its tunnel" },

    defaults: (inputs) => ({ source: "local", ...inputs }),

    check: (inputs) =>
        checkTypes(inputs, { accountId: "string", tunnelId: "string", source: "string", config: "object" }),

    async create(inputs, context) {
        return { id: inputs.tunnelId, outputs: await put(inputs, context) };
    },

    update: (_id, inputs, context) => put(inputs, context),

    read: (_id, { accountId, tunnelId }, context) => find(accountId, tunnelId, context),

    import: (id, context) => find(scopeIn(id, TOKEN), lastPart(id), context),

    idOf: lastPart,

    // Nothing to delete: as in the real provider, rules stay with their tunnel until it is gone.
});

function pathOf(account: string, tunnel: string): string {
    return `/accounts/${account}/cfd_tunnel/${tunnel}/configurations`;
}

async function put(inputs: Inputs, { client, signal }: Context<CloudflareServices>): Promise<Outputs> {
    const { accountId, tunnelId, source, config } = inputs;
    const body = toWire({ source, config });
    return outputsOf((await client.send("PUT", pathOf(accountId, tunnelId), signal, body)) as Wire);
}

async function find(
    accountId: string,
    tunnelId: string,
    { client, signal }: Context<CloudflareServices>,
): Promise<(Inputs & Outputs) | undefined> {
    const answer = await client.sendIfThere("GET", pathOf(accountId, tunnelId), signal);
    const { config, source } = (answer ?? {}) as Wire;
    if (config === undefined || config === null) {
        return undefined;
    }
    const { warpRouting, ...told } = fromWire(config) as Properties;
    const isDefault = (warpRouting as Properties | undefined)?.enabled !== true;
    return {
        accountId,
        tunnelId,
        source: String(source),
        config: isDefault ? told : { ...told, warpRouting },
        ...outputsOf(answer as Wire),
    };
}

function outputsOf({ created_at: createdAt, version }: Wire): Outputs {
    return { createdAt: String(createdAt), version: Number(version) };
}
