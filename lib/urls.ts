/** How clients reach a router. */
export interface PublicAddress {
    /** `https` when TLS ends in front of the router, on the usual port. @default "http" */
    readonly scheme?: "http" | "https";
    /** Port on which the router takes HTTP requests. */
    readonly httpPort: number;
}

/** URL of a host as clients see it, without a slash at the end. */
export function publicUrl({ scheme = "http", httpPort }: PublicAddress, host: string): string {
    return scheme === "https" || httpPort === 80 ? `${scheme}://${host}` : `${scheme}://${host}:${httpPort}`;
}
