import type Docker from "dockerode";
import { parseReference } from "../../lib/imageReference";
import { Lock } from "../../lib/images";
import { renderTable } from "../table";
import { Asked, askDigests } from "./digests";

/** One reference, as the lock and as its registry have it. */
export interface ListedImage {
    readonly reference: string;
    readonly pinned: string | undefined;
    /** Digest at the registry; undefined where it could not be asked. */
    readonly newest: string | undefined;
    readonly state: string;
}

/** Holds a lock against the registries. Without an engine nobody is asked. */
export async function listImages(
    docker: Docker | undefined,
    lock: Lock,
    references: readonly string[],
): Promise<ListedImage[]> {
    const asked: Asked[] =
        docker === undefined
            ? references.map((reference) => ({
                  reference,
                  problem: { path: reference, message: "no Docker engine answers here to ask with" },
              }))
            : await askDigests(docker, references);
    return asked.map((one) => {
        const pinned = lock.images[one.reference];
        const newest = "digest" in one ? one.digest : undefined;
        const state =
            "problem" in one
                ? [pinned === undefined ? "not in the lock" : "locked", one.problem.message].join("; ")
                : stateOf(pinned, one.digest);
        return { reference: one.reference, pinned, newest, state };
    });
}

function stateOf(pinned: string | undefined, newest: string): string {
    if (pinned === undefined) {
        return "not in the lock";
    }
    const digest = parseReference(pinned)?.digest;
    if (digest === undefined) {
        return "locked by its tag, no digest yet";
    }
    return digest === newest ? "current" : "another one at the registry";
}

/** The table of `npm run images`. */
export function imageTable(images: readonly ListedImage[]): string {
    return renderTable(
        ["reference", "locked", "registry today", "state"],
        images.map(({ reference, pinned, newest, state }) => [
            reference,
            pinned === undefined ? "–" : short(pinned),
            newest === undefined ? "–" : short(newest),
            state,
        ]),
    );
}

/** As much of a digest as tells it from another one. */
function short(text: string): string {
    return text.replace(/(sha256:[0-9a-f]{12})[0-9a-f]+/, "$1…");
}
