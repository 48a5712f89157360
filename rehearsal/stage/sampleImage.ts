import { join } from "node:path";
import execa from "execa";
import { buildSample } from "../../samples/app/build";
import { projectRoot } from "../../tools/setup/paths";

const SAMPLE = "berth-sample:1.0.0";

/** Builds the sample app's image on this machine's engine; gives its name. */
export async function buildSampleImage(): Promise<string> {
    await buildSample();
    await build(["--tag", SAMPLE, join(projectRoot, "samples/app")]);
    return SAMPLE;
}

/** Another version of an image: the same in all but a layer of next to nothing. */
export interface Variant {
    readonly version: number;
    /** Whether it ends as soon as it starts, with last words. */
    readonly broken?: boolean;
}

/** What a broken variant says before it ends. */
export const LAST_WORDS = "broken on purpose";

/** Builds a variant of an image of this machine's engine; gives its id. A broken one is the sample app's: it has a shell. */
export async function buildVariant(image: string, { version, broken = false }: Variant): Promise<string> {
    const end = `ENTRYPOINT ["sh", "-c", "echo ${LAST_WORDS} >&2; exit 3"]\n`;
    // The sample app tells the variable; for others any difference does.
    const recipe = `FROM ${broken ? SAMPLE : image}\nENV APP_VERSION=${version}\n${broken ? end : ""}`;
    return await build(["-"], recipe);
}

async function build(args: readonly string[], input?: string): Promise<string> {
    const { stdout } = await execa("docker", ["build", "--quiet", ...args], { input });
    return stdout.trim();
}
