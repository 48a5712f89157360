import fs from "node:fs";
import path from "node:path";
import Docker from "dockerode";
import { packContext } from "./context";
import { Engine } from "./docker";
import { knownCause, SetupError } from "./errors";
import { cacheFolder } from "./paths";
import { part, rootRecipe } from "./parts";
import { registryPort } from "./registry";
import { contextOf, StandIn, standInKey } from "./standIns";

/** Whether an engine has a stand-in. `theirs`: an image of that name that is not ours, and is left alone. */
export type ImageState = "current" | "theirs" | "missing";

const labels = { standInFor: "berth.stand-in-for", inputs: "berth.inputs", contents: "berth.contents" };

/** What an engine has under a stand-in's name. */
export async function imageState(engine: Engine, standIn: StandIn): Promise<ImageState> {
    return stateOf(engine.docker, standIn, standIn.reference);
}

async function stateOf(docker: Docker, standIn: StandIn, reference: string): Promise<ImageState> {
    const found = await inspectLabels(docker, reference);
    if (found === undefined) {
        return "missing";
    }
    if (found[labels.standInFor] === undefined) {
        return "theirs";
    }
    return found[labels.inputs] === standInKey(standIn) ? "current" : "missing";
}

async function inspectLabels(docker: Docker, reference: string): Promise<Record<string, string> | undefined> {
    try {
        const { Config } = await docker.getImage(reference).inspect();
        return orNone(Config.Labels);
    } catch (error) {
        if ((error as { statusCode?: number }).statusCode === 404) {
            return undefined;
        }
        throw error;
    }
}

/** The engine says null where its interface promises an empty map. */
function orNone(labels: Record<string, string> | null): Record<string, string> {
    return labels ?? {};
}

/** A name of our own beside the official one: the image stays when a program removes the other. */
function ownName(standIn: StandIn): string {
    return `berth-airgap/${standIn.reference}`;
}

/**
 * Gives the engine an image back that it has lost (a stack that goes down removes what it pulled): from our own name for
 * it, or through the registry. False when it has to be built.
 */
export async function recallImage(engine: Engine, standIn: StandIn, mirrored: boolean): Promise<boolean> {
    if ((await stateOf(engine.docker, standIn, ownName(standIn))) === "current") {
        await tag(engine.docker, ownName(standIn), standIn.reference);
        return true;
    }
    if (!mirrored) {
        return false;
    }
    try {
        await pull(engine.docker, standIn.reference);
    } catch {
        return false; // never pushed, or the registry's folder was cleared: it is built, and pushed, anew
    }
    return (await imageState(engine, standIn)) === "current";
}

/** Builds a stand-in out of its parts; then the registry gets it, and the engine pulls it as a user would. */
export async function buildImage(
    engine: Engine,
    standIn: StandIn,
    mirrored: boolean,
    note: (text: string) => void,
): Promise<void> {
    const { docker } = engine;
    note("building");
    const base = standIn.onDebian ? await ensureBase(docker) : undefined;
    const stream = await docker.buildImage(packContext(contextOf(standIn)), {
        t: ownName(standIn),
        labels: {
            [labels.standInFor]: standIn.reference,
            [labels.inputs]: standInKey(standIn),
            [labels.contents]: standIn.contents,
        },
        buildargs: base === undefined ? {} : { BASE: base },
        // Everything is in the context: a step that reached for the network would be a mistake.
        networkmode: "none",
        forcerm: true,
    });
    await follow(docker, stream, `building the image ${standIn.reference}`);
    await tag(docker, ownName(standIn), standIn.reference);
    if (mirrored) {
        note("pushing to the registry");
        await pushAndPull(docker, standIn);
    }
}

async function pushAndPull(docker: Docker, standIn: StandIn): Promise<void> {
    const remote = `127.0.0.1:${registryPort()}/library/${standIn.reference}`;
    await tag(docker, ownName(standIn), remote);
    const stream = await docker.getImage(remote).push({ authconfig: { username: "", password: "" } });
    await follow(docker, stream, `pushing ${standIn.reference} to the registry`);
    await docker.getImage(remote).remove();
    await pull(docker, standIn.reference);
}

async function pull(docker: Docker, reference: string): Promise<void> {
    const stream = await docker.pull(reference);
    await follow(docker, stream, `pulling ${reference} through the registry`);
}

/** The Debian root as an image, imported once for all that stand on it. */
async function ensureBase(docker: Docker): Promise<string> {
    const [repo, version] = ["berth-airgap/debian", rootRecipe];
    const name = `${repo}:${version}`;
    if ((await inspectLabels(docker, name)) === undefined) {
        // Under a name of this process first: an import that is cut short must not be found under the real one.
        const stream = await docker.importImage(fs.createReadStream(part("base.tar")), {
            repo,
            tag: `importing-${process.pid}`,
        });
        await follow(docker, stream, "importing the Debian root");
        await tag(docker, `${repo}:importing-${process.pid}`, name);
        await docker.getImage(`${repo}:importing-${process.pid}`).remove();
    }
    return name;
}

/** Gives an image another name. */
export async function tag(docker: Docker, from: string, to: string): Promise<void> {
    const colon = to.lastIndexOf(":");
    await docker.getImage(from).tag({ repo: to.slice(0, colon), tag: to.slice(colon + 1) });
}

interface Progress {
    stream?: string;
    error?: string;
}

/** Waits for the engine to be done with a stream; its errors come as lines in it. */
export async function follow(docker: Docker, stream: NodeJS.ReadableStream, purpose: string): Promise<void> {
    const lines: Progress[] = [];
    await new Promise<void>((resolve, reject) => {
        docker.modem.followProgress(
            stream,
            (error) => {
                if (error === null) {
                    resolve();
                } else {
                    reject(explain(purpose, error, lines));
                }
            },
            (line: Progress) => lines.push(line),
        );
    });
    const failed = lines.find((line) => line.error !== undefined);
    if (failed !== undefined) {
        throw explain(purpose, new Error(failed.error), lines);
    }
}

function explain(purpose: string, error: Error, lines: Progress[]): SetupError {
    const output = lines.map((line) => line.stream ?? "").join("");
    const cause = knownCause(`${error.message}\n${output}`);
    if (cause !== undefined) {
        return new SetupError(`${cause.problem} (${purpose})`, cause.wayOut, { cause: error });
    }
    const log = path.join(cacheFolder(), "logs", `${purpose.replace(/[^a-z0-9]+/gi, "-")}.log`);
    fs.mkdirSync(path.dirname(log), { recursive: true });
    fs.writeFileSync(log, `${output}\n${error.message}\n`);
    return new SetupError(`Failed: ${purpose}. ${error.message}`, `The engine's whole output is in ${log}.`, {
        cause: error,
    });
}
