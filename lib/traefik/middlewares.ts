import { EntryPoint } from "./entryPoints";

/** What stands in front of every app by default. An app may do without any of them, by its name. */
export const MIDDLEWARES = ["security-headers", "hsts", "compress", "rate-limit"] as const;
export type Middleware = (typeof MIDDLEWARES)[number];

/** How an app's chain of middlewares differs from the default one. */
export interface ChainOptions {
    /** Middlewares that the app does without. */
    readonly without?: readonly Middleware[];
    /** Requests that one client may make in a minute. @default no limit */
    readonly requestsPerMinute?: number;
}

/** Two years would be for preload lists; a year is what their checkers ask for at least. */
const HSTS_SECONDS = 31_536_000;

/** Name of the address filter that stands in front of everything that comes in by the tunnel's entry point. */
const FROM_TUNNEL = "from-tunnel";

/**
 * Name of what sends plain requests that come by the tunnel to HTTPS. The edge takes both unless its zone says otherwise,
 * and hands both on: only the header tells them apart.
 */
const TO_HTTPS = "to-https";

type Definitions = Record<string, object>;

/** The middlewares that all apps share. `tunnelSubnet` is the network of the tunnel's connectors. */
export function sharedMiddlewares(tunnelSubnet: string | undefined): Definitions {
    return {
        "security-headers": {
            headers: {
                contentTypeNosniff: true,
                customFrameOptionsValue: "SAMEORIGIN",
                referrerPolicy: "strict-origin-when-cross-origin",
                // Empty takes the header away: no need to say what serves.
                customResponseHeaders: { "X-Powered-By": "", Server: "" },
            },
        },
        // Behind a tunnel the connection itself is plain: TLS ended at the edge.
        hsts: { headers: { stsSeconds: HSTS_SECONDS, forceSTSHeader: true } },
        compress: { compress: {} },
        ...(tunnelSubnet !== undefined && {
            [FROM_TUNNEL]: { ipAllowList: { sourceRange: [tunnelSubnet] } },
            [TO_HTTPS]: { redirectScheme: { scheme: "https", permanent: true } },
        }),
    };
}

/** The middlewares of one app on one entry point, in order, and the definitions of those that are its own. */
export function chainOf(
    app: string,
    entryPoint: EntryPoint,
    { without = [], requestsPerMinute }: ChainOptions,
): { names: string[]; own: Definitions } {
    const limit = `${app}-rate-limit-${entryPoint}`;
    const limited = requestsPerMinute !== undefined && !without.includes("rate-limit");
    const shared =
        entryPoint === "web" ? ["security-headers", "compress"] : ["security-headers", "hsts", "compress"];
    return {
        names: [
            ...(entryPoint === "tunnel" ? [FROM_TUNNEL, TO_HTTPS] : []),
            ...(limited ? [limit] : []),
            ...shared.filter((name) => !without.some((other) => other === name)),
        ],
        own: limited ? { [limit]: rateLimit(entryPoint, requestsPerMinute) } : {},
    };
}

/**
 * A client is an IPv4 address or an IPv6 network of 64 bits, which one household has. Behind a tunnel it is what
 * Cloudflare says, since every connection comes from the connector; the address filter has seen to that.
 */
function rateLimit(entryPoint: EntryPoint, requestsPerMinute: number): object {
    return {
        rateLimit: {
            average: requestsPerMinute,
            period: "1m",
            // What a page with its parts asks for at once.
            burst: Math.max(1, Math.round(requestsPerMinute / 4)),
            sourceCriterion:
                entryPoint === "tunnel"
                    ? { requestHeaderName: "CF-Connecting-IP" }
                    : { ipStrategy: { ipv6Subnet: 64 } },
        },
    };
}
