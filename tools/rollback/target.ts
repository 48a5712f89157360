import { previousImage } from "../release/history";
import { AppName } from "../release/stackFile";
import { Update } from "../updates";

/** An update that had an image for an app. */
export interface Release {
    readonly image: string;
    /** Whether the whole stack came up with it. */
    readonly succeeded: boolean;
}

/** A migration that has declared that it cannot be undone. */
export interface Irreversible {
    /** Image whose release ran it, as configured. */
    readonly image: string;
    readonly reason: string;
}

/** What an update was narrowed to may have been another app: it tells nothing of this one. */
const NARROWED = ["target", "target-dependents", "target-replace", "exclude", "exclude-dependents"];

/** The updates that brought an app's image up, or tried to, oldest first. */
export function releasesOf(updates: readonly Update[], at: AppName): Release[] {
    return updates
        .filter(({ kind }) => kind === "update")
        .flatMap((update) => {
            const image = imageOf(update, at);
            return image === undefined ? [] : [{ image, succeeded: hasSucceeded(update) }];
        });
}

function hasSucceeded({ result, environment = {} }: Update): boolean {
    return result === "succeeded" && NARROWED.every((flag) => !(`pulumi.flag.${flag}` in environment));
}

/** The image that an app had in an update; undefined where none was set, or where it is encrypted. */
export function imageOf({ config }: Update, { system, app }: AppName): string | undefined {
    const images = config[`${system}:images`]?.objectValue;
    const entries = typeof images === "object" && images !== null ? Object.entries(images) : [];
    const image: unknown = entries.find(([name]) => name === app)?.[1];
    return typeof image === "string" ? image : undefined;
}

/**
 * Where a rollback goes. An image that never came up, or has not been tried yet, goes back to the newest one that did: that
 * is what serves. Any other goes to the one before it.
 */
export function targetOf(releases: readonly Release[], present: string): string | undefined {
    const good = releases.filter(({ succeeded }) => succeeded).map(({ image }) => image);
    const newest = good.at(-1);
    return newest === present ? previousImage(good) : newest;
}

/**
 * What stands in the way of an image: migrations of other images that it has not come up after. The last time counts, on
 * both sides. An image that never came up is no way back, and nothing is known of it.
 */
export function inTheWay(
    target: string,
    releases: readonly Release[],
    irreversible: readonly Irreversible[],
): Irreversible[] {
    const cameUp = releases.findLastIndex(({ image, succeeded }) => succeeded && image === target);
    if (cameUp === -1) {
        return [];
    }
    return irreversible.filter(({ image }) => {
        const ran = releases.findLastIndex((release) => release.image === image);
        return image !== target && (ran === -1 || ran > cameUp);
    });
}
