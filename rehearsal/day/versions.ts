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

/** How many containers of an image there are on the server, stopped ones too. Throws when it has never had the image. */
export async function containersOf(stage: Stage, image: string): Promise<number> {
    const id = `$(docker image inspect --format '{{.Id}}' ${image})`;
    const count = await stage.onServer(`id=${id} && docker ps --all --quiet --filter ancestor=$id | wc -l`);
    return Number(count);
}
