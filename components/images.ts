import { checkLocked, resolve } from "../lib/images";
import { refuse } from "../lib/problems";
import { PostgresVersion, RedisVersion } from "./platform";

/** Images that the components themselves run. A lock file says what exactly stands for each. */
export const ROUTER_IMAGE = "traefik:v3.6";
export const CONNECTOR_IMAGE = "cloudflare/cloudflared:2026.9.1";

export function postgresImage(version: PostgresVersion): string {
    return `postgres:${version}`;
}

export function redisImage(version: RedisVersion): string {
    return `redis:${version}`;
}

/** What is pulled for an image that the components name. A lock that is given has to name every image that is used. */
export function imageOf(images: Readonly<Record<string, string>> | undefined, reference: string): string {
    if (images === undefined) {
        return reference;
    }
    refuse("Images", checkLocked(reference, { images }, reference));
    return resolve({ images }, reference) ?? reference;
}
