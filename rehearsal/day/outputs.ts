import { AppOutput, SystemsOutput } from "../../tools/health";
import { Browser } from "../stage/browser";
import { check, Scene } from "./scene";

/** An app as the stack's outputs tell of it. */
export interface PublicApp extends AppOutput {
    readonly system: string;
    readonly app: string;
    readonly healthUrl: string;
}

/** The apps that the stack says it serves. */
export async function publicApps(scene: Scene): Promise<PublicApp[]> {
    const { stdout } = await scene.pulumi("stack", "output", "systems", "--json");
    const systems = JSON.parse(stdout) as SystemsOutput;
    return Object.entries(systems).flatMap(([system, { apps }]) =>
        Object.entries(apps).flatMap(([app, { urls, healthUrl }]) =>
            healthUrl === undefined ? [] : [{ system, app, urls, healthUrl }],
        ),
    );
}

/** Asks every app's health check, by its real name and over HTTPS; throws with all that do not answer well. */
export async function askAll(browser: Browser, apps: readonly PublicApp[]): Promise<void> {
    const troubles = await Promise.all(
        apps.map(async ({ healthUrl }) => {
            try {
                await askHealth(browser, healthUrl);
                return [];
            } catch (error) {
                return [`${healthUrl}: ${error instanceof Error ? error.message : String(error)}`];
            }
        }),
    );
    const all = troubles.flat();
    check(all.length === 0, `${all.length} of ${apps.length} do not answer:\n${all.join("\n")}`);
}

/** One look at a health check. A `wss:` one has to take a connection and to give back what it is sent. */
async function askHealth(browser: Browser, url: string): Promise<void> {
    if (url.startsWith("ws")) {
        const message = `hello ${url}`;
        const answer = await browser.echo(url, message);
        check(answer === message, `it answered ${JSON.stringify(answer)}`);
        return;
    }
    const { status } = await browser.get(url);
    check(status >= 200 && status < 300, `it answered ${status}`);
}
