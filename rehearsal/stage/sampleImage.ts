import { join } from "node:path";
import execa from "execa";
import { buildSample } from "../../samples/app/build";
import { projectRoot } from "../../tools/setup/paths";

/** Builds the sample app's image on this machine's engine; gives its name. */
export async function buildSampleImage(): Promise<string> {
    await buildSample();
    return await build("berth-sample:1.0.0", join(projectRoot, "samples/app"));
}

/** Another version of an image: the same in all but a layer of next to nothing. */
export interface Variant {
    readonly version: number;
    /** Whether it ends as soon as it starts, with last words. */
    readonly broken?: boolean;
}

/** What a broken variant says before it ends. */
export const LAST_WORDS = "broken on purpose";

/** Builds a variant of an image of this machine's engine; gives its name. A broken one takes an image with a shell. */
export async function buildVariant(image: string, { version, broken = false }: Variant): Promise<string> {
    const end = `ENTRYPOINT ["sh", "-c", "echo ${LAST_WORDS} >&2; exit 3"]\n`;
    // The sample app tells the variable; for others any difference does.
    const recipe = `FROM ${image}\nENV APP_VERSION=${version}\n${broken ? end : ""}`;
    return await build(`berth-rehearsal/variant:${version}.0.0`, "-", recipe);
}

async function build(name: string, context: string, input?: string): Promise<string> {
    await execa("docker", ["build", "--quiet", "--tag", name, context], { input });
    return name;
}
