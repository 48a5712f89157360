import { Region } from "../../lib/fly";

/** Where a part of a system stands on Fly, and what it is called there. */
export interface Placement {
    /** Slug of the organization. */
    readonly organization: string;
    readonly region: Region;
    /** Name of an app at Fly, by the part of the system that it is: `audifi-api`. */
    readonly appName: (part: string) => string;
    /** End of the names of databases on a server of another stack. */
    readonly databaseSuffix: string;
    /** Whether passwords and what holds data refuse to be deleted or replaced. */
    readonly protect: boolean;
    /** What is pulled for an image that the components name. */
    readonly imageOf: (reference: string) => string;
    /** How long new and old machines serve side by side, and old ones then have to finish, in seconds. */
    readonly settleSeconds: number | undefined;
    readonly drainSeconds: number | undefined;
}
