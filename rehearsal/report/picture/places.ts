import { ActReport } from "../day";

/** Part of the stack that an act is about. */
export type Place = "browser" | "cloudflare" | "router" | "server" | "disk" | "everything";

/** Where each act strikes. One that is not here is about everything. */
const PLACES: Readonly<Record<string, Place>> = {
    urls: "browser",
    drift: "cloudflare",
    release: "router",
    "broken-release": "router",
    reboot: "server",
    killed: "server",
    "lost-server": "server",
    protection: "server",
    "no-disk": "disk",
};

/** An act by its number in the day, as it stands in the picture and in the list. */
export interface Badge {
    readonly number: number;
    readonly ok: boolean | undefined;
}

/** The acts about a part of the stack. */
export function badgesAt(place: Place, acts: readonly Pick<ActReport, "name" | "ok">[]): Badge[] {
    return acts.flatMap(({ name, ok }, index) =>
        placeOf(name) === place ? [{ number: index + 1, ok }] : [],
    );
}

function placeOf(name: string): Place {
    return Object.hasOwn(PLACES, name) ? (PLACES[name] ?? "everything") : "everything";
}
