import { IngressRule } from "../../../lib/ingress";
import { ingressFault } from "../ingress";
import { Tunnel, TunnelConfig } from "../state";
import { ApiError } from "./apiError";
import { Call, objectsIn, Route, tunnelIn } from "./call";

const CONFIGURATIONS = "/accounts/:account/cfd_tunnel/:tunnel/configurations";

export const tunnelConfigRoutes: readonly Route[] = [
    { method: "GET", path: CONFIGURATIONS, handle: (call) => ({ result: wire(tunnelIn(call)) }) },
    {
        method: "PUT",
        path: CONFIGURATIONS,
        handle: (call) => {
            const tunnel = tunnelIn(call);
            tunnel.config = {
                version: (tunnel.config?.version ?? 0) + 1,
                createdAt: new Date().toISOString(),
                config: readConfig(call),
            };
            return { result: wire(tunnel) };
        },
    },
];

/** The whole is put in the place of what was there. Rules are checked as cloudflared does, which has to take them. */
function readConfig({ body }: Call): TunnelConfig["config"] {
    const config = (body.config ?? {}) as Readonly<Record<string, unknown>>;
    const ingress = objectsIn({ body: config }, "ingress") as unknown as IngressRule[];
    const fault = ingressFault(ingress);
    if (fault !== undefined) {
        throw new ApiError(400, 1056, `Bad Configuration: Validation failed: ${fault}`);
    }
    return { "warp-routing": { enabled: false }, ...config, ingress };
}

function wire({ id, account, config, configSrc }: Tunnel): unknown {
    return {
        tunnel_id: id,
        account_id: account,
        version: config?.version ?? 0,
        config: config?.config ?? null,
        source: configSrc,
        created_at: config?.createdAt ?? null,
    };
}
