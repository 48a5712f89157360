/** Why the edge itself answers a visitor. */
export class EdgeError extends Error {
    override readonly name = "EdgeError";

    constructor(
        readonly status: number,
        /** Cloudflare's number for it, which stands on its page; the status itself where it has no other. */
        readonly code: number,
        message: string,
    ) {
        super(message);
    }
}

/** Errors by what Cloudflare's documentation calls them, with its statuses and numbers. */
export const EDGE_ERROR = {
    dnsResolution: (host: string) => new EdgeError(409, 1001, `no zone here has a proxied record ${host}`),
    originDns: (host: string) => new EdgeError(530, 1016, `${host} leads to a tunnel that is not there`),
    tunnel: (name: string) => new EdgeError(530, 1033, `no connector serves the tunnel ${name}`),
    badGateway: (detail: string) => new EdgeError(502, 502, detail),
    unreachable: (host: string) =>
        new EdgeError(523, 523, `${host} leads to no tunnel, and no further from here`),
};
