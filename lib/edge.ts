/**
 * The router's fixed IPv6 address on its network, from a range for private use (RFC 4193). Docker publishes ports over IPv4;
 * the host's own rules lead what comes over IPv6 to this address, so that the router sees who asks.
 */
export const EDGE_IPV6 = { subnet: "fd62:6572:7468::/64", router: "fd62:6572:7468::80" } as const;

/**
 * The same network's IPv4 addresses, from the end of what Docker gives to networks by itself. Left to Docker they would be
 * something that the engine has and the program has not: each refresh would take the network, and all on it, for changed.
 */
export const EDGE_IPV4 = { subnet: "172.31.248.0/22" } as const;
