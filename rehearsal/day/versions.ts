import { JOB_LABEL } from "../../tools/recovery/things";
import { Stage } from "../stage/stage";

/** An app of the stack. */
interface Named {
    readonly system: string;
    readonly app: string;
}

/** Sets the image of some apps, as a pull request would; the next `up` releases it. */
export function releaseImage(stage: Stage, image: string, apps: readonly Named[]): void {
    const settings: Record<string, unknown> = { ...stage.settings };
    for (const { system, app } of apps) {
        const key = `${system}:images`;
        settings[key] = { ...(settings[key] as Readonly<Record<string, string>>), [app]: image };
    }
    stage.configure(settings);
}

/** The image that the stack's settings name for an app. */
export function imageOf(stage: Stage, { system, app }: Named): string {
    const images = stage.settings[`${system}:images`] as Readonly<Record<string, string>>;
    return images[app] ?? "";
}

/**
 * How many containers of an image there are on the server, stopped ones too. Throws when it has never had the image. One of a
 * migration is none of them: it stays with its log until there is a next run.
 */
export async function containersOf(stage: Stage, image: string): Promise<number> {
    const id = `$(docker image inspect --format '{{.Id}}' ${image})`;
    const list = `docker ps --all --filter ancestor=$id --format '{{.ID}} {{.Label "${JOB_LABEL}"}}'`;
    const containers = (await stage.onServer(`id=${id} && ${list}`)).split("\n");
    return containers.filter((container) => /^\w+ *$/.test(container)).length;
}
