/** Where a system can stand. */
export const PLATFORMS = ["docker", "fly"] as const;
export type PlatformName = (typeof PLATFORMS)[number];

/** How hosts on the stack's own server are reached. */
export const EXPOSURES = ["public", "tunnel"] as const;
export type Exposure = (typeof EXPOSURES)[number];

/** What of the environment bears on every system. */
export interface Environment {
    /** Domain below which hosts that are not set get their names. */
    readonly domain: string | undefined;
    /** Whether secrets that are not set are made up, for an environment in which nobody outside knows them. */
    readonly inventSecrets: boolean;
    /** End of the names of apps on Fly, where they are unique across all of its users. */
    readonly flySuffix: string;
    /** Whether images have to be set, secrets have to be encrypted, and no database may be published. */
    readonly production: boolean;
    readonly urlOf: (host: string) => string;
}
