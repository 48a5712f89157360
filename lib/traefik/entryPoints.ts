/**
 * The ways into the router: plain HTTP, HTTPS, and the one that only a tunnel's connector uses and that no port of the
 * host leads to.
 */
export type EntryPoint = "web" | "websecure" | "tunnel";

/** Ports of the entry points, in the router's container. */
export const ENTRY_PORTS: Readonly<Record<EntryPoint, number>> = { web: 80, websecure: 443, tunnel: 8000 };

/** Port of the router's own API and ping, on its container's loopback address only. */
export const API_PORT = 8080;

/** Where the router reads the apps' files, in its container. */
export const ROUTES_FOLDER = "/etc/traefik/dynamic";

/** Where the router keeps its certificates, in its container. */
export const CERTIFICATES_FOLDER = "/certificates";

/** Names of the certificate resolvers: one proves a host by HTTP, the other a wildcard by DNS. */
export const RESOLVERS = { http: "letsencrypt", dns: "letsencrypt-dns" } as const;
