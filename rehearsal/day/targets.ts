import { LoadArgs } from "./load/messages";
import { publicApps } from "./outputs";
import { check, Scene } from "./scene";

/** An app that a load can be put on. */
export interface Target {
    readonly system: string;
    readonly app: string;
    readonly way: "public side" | "tunnel";
    readonly load: Pick<LoadArgs, "origin" | "healthPath" | "isSample" | "keepsRows">;
}

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
    check(first !== undefined, "the stack has no app on its server that takes a load");
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

/** More than an app lets one client have in a short time, where it limits that at all; and how many of them at once. */
const MANY = 100;
const AT_ONCE = 10;

/** An app may limit the requests of one client, which is what a load is. */
async function takesLoad({ stage }: Scene, url: string): Promise<boolean> {
    for (let asked = 0; asked < MANY; asked += AT_ONCE) {
        const answers = Array.from({ length: AT_ONCE }, () => stage.browser.get(url));
        if ((await Promise.all(answers)).some(({ status }) => status === 429)) {
            return false;
        }
    }
    return true;
}
