/** How clients reach a router. */
export interface PublicAddress {
    /** `https` when TLS ends in front of the router, on the usual port. @default "http" */
    readonly scheme?: "http" | "https";
    /** Port that clients ask on. */
    readonly port: number;
}

const USUAL_PORTS = { http: 80, https: 443 } as const;

/** URL of a host as clients see it, without a slash at the end. */
export function publicUrl({ scheme = "http", port }: PublicAddress, host: string): string {
    return port === USUAL_PORTS[scheme] ? `${scheme}://${host}` : `${scheme}://${host}:${port}`;
}
