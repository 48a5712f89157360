import { PostgresVersion, RedisVersion } from "../platform";

/** Images that the components themselves run. A lock file says what exactly stands for each. */
export const ROUTER_IMAGE = "traefik:v3.6";
export const CONNECTOR_IMAGE = "cloudflare/cloudflared:2026.9.1";

export function postgresImage(version: PostgresVersion): string {
    return `postgres:${version}`;
}

export function redisImage(version: RedisVersion): string {
    return `redis:${version}`;
}
