import { Pacing, turns } from "../../tools/pace";
import { LoadArgs } from "./load/messages";
import { publicApps } from "./outputs";
import { NotForThisStack, Scene } from "./scene";

/** An app that a load can be put on. */
export interface Target {
    readonly system: string;
    readonly app: string;
    readonly way: "public side" | "tunnel";
    readonly load: Pick<LoadArgs, "origin" | "healthPath" | "isSample" | "keepsRows">;
}

/** Of one app's load. What two ways together make of this machine leaves the engine room to work. */
export const PACE: Pacing = { perSecond: 30, mostSeconds: 480 };

/** An app for each way in that the stack has. */
export async function targetsOf(scene: Scene): Promise<readonly [Target, ...Target[]]> {
    const { edge, fly } = scene.stage.world.ground;
    const found = new Map<Target["way"], Target>();
    for (const { system, app, healthUrl } of await publicApps(scene)) {
        const url = new URL(healthUrl);
        const [address = ""] = await scene.stage.browser.addresses(url.hostname);
        const way = address === edge ? "tunnel" : "public side";
        const asked = address !== fly && url.protocol === "https:" && !found.has(way);
        if (asked && (await takesLoad(scene, healthUrl))) {
            found.set(way, { system, app, way, load: await loadOf(scene, url) });
        }
    }
    const [first, ...others] = found.values();
    if (first === undefined) {
        throw new NotForThisStack("no app on its server takes a load from one client");
    }
    return [first, ...others];
}

async function loadOf({ stage }: Scene, { origin, pathname }: URL): Promise<Target["load"]> {
    const [root, rows] = [await stage.browser.get(origin), await stage.browser.get(`${origin}/rows`)];
    const isSample = versionOf(root.body) !== undefined;
    return { origin, healthPath: pathname, isSample, keepsRows: isSample && rows.status === 200 };
}

/** The version that the sample app calls itself; undefined for any other app. */
export function versionOf(body: string): string | undefined {
    return /^\{"app":.*"version":"([^"]*)"/.exec(body)?.[1];
}

/** More than an app lets one client have in a short time, where it limits that at all. */
const MANY = 100;

/** An app may limit the requests of one client, which is what a load is. */
async function takesLoad({ stage }: Scene, url: string): Promise<boolean> {
    for await (const number of turns(PACE)) {
        if (number === MANY) {
            break;
        }
        const { status } = await stage.browser.get(url);
        if (status === 429) {
            return false;
        }
    }
    return true;
}
