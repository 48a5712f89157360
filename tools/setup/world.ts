import fs from "node:fs";
import https from "node:https";
import path from "node:path";
import { writeAtomically } from "./cachedStep";
import { SetupError } from "./errors";
import { cacheFolder } from "./paths";

/** Whether Pulumi's own downloads can be had, or package registries only. */
export type World = "online" | "air-gapped";

const worlds: readonly string[] = ["online", "air-gapped"] satisfies World[];

/** What the `pulumi` package would fetch to get its CLI. */
const downloadUrl = "https://get.pulumi.com/install.sh";
const probeTimeoutMs = 1500;
/** Long enough that a row of commands asks once, short enough that a plugged-in cable is noticed. */
const memoryMs = 10 * 60_000;

/** Tells the two worlds apart, in at most about two seconds. BERTH_WORLD overrides it. */
export async function detectWorld(
    env: NodeJS.ProcessEnv = process.env,
    probe: () => Promise<boolean> = () => answers(downloadUrl, probeTimeoutMs),
): Promise<World> {
    if (env.BERTH_WORLD) {
        return parseWorld(env.BERTH_WORLD);
    }
    const file = path.join(cacheFolder(env), "world.json");
    const remembered = recall(file);
    if (remembered !== undefined) {
        return remembered;
    }
    const world: World = (await probe()) ? "online" : "air-gapped";
    writeAtomically(file, JSON.stringify({ world, at: Date.now() }));
    return world;
}

function parseWorld(value: string): World {
    if (!worlds.includes(value)) {
        throw new SetupError(
            `BERTH_WORLD is "${value}".`,
            `Set it to ${worlds.join(" or ")}, or leave it out.`,
        );
    }
    return value as World;
}

function recall(file: string): World | undefined {
    try {
        const { world, at } = JSON.parse(fs.readFileSync(file, "utf8")) as { world: string; at: number };
        const age = Date.now() - at;
        return worlds.includes(world) && age >= 0 && age < memoryMs ? (world as World) : undefined;
    } catch {
        return undefined;
    }
}

/**
 * Whether a download would work: a success or a redirect. A proxy that answers "forbidden" for the host counts as no.
 * The time covers the whole exchange, since name servers that are cut off are slow to say so.
 */
export function answers(
    url: string,
    timeoutMs: number,
    options: https.RequestOptions = {},
): Promise<boolean> {
    return new Promise((resolve) => {
        const request = https.request(url, { method: "HEAD", agent: false, ...options }, (response) => {
            response.resume();
            settle((response.statusCode ?? 500) < 400);
        });
        const timer = setTimeout(() => {
            settle(false);
        }, timeoutMs);
        const settle = (result: boolean) => {
            clearTimeout(timer);
            request.destroy();
            resolve(result);
        };
        request.on("error", () => {
            settle(false);
        });
        request.end();
    });
}
