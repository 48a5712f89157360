import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { Platform } from "../components/platform";
import { mapValues } from "../lib/records";
import { AppSettings, PlacedApp } from "../systems/system";
import { SystemSettings } from "./systemSettings";

/** What a stack tells when it is up. */
export interface StackOutputs {
    readonly systems: Readonly<Record<string, SystemOutputs>>;
    readonly server?: ServerOutputs;
}

/** How the stack's own server is reached. */
export interface ServerOutputs {
    readonly ipv4: pulumi.Output<string>;
    readonly ipv6: pulumi.Output<string>;
    /** Command that logs in, at the project's root. */
    readonly ssh: pulumi.Output<string>;
    /** What comes through Cloudflare Access, where SSH goes that way. Its secret is one. */
    readonly accessToken?: { readonly id: pulumi.Output<string>; readonly secret: pulumi.Output<string> };
}

/** What a stack tells about one running system. */
export interface SystemOutputs {
    readonly apps: Readonly<Record<string, AppOutputs>>;
}

export interface AppOutputs {
    readonly urls: pulumi.Output<string[]>;
    /** What to ask to see whether the app works: an HTTP URL that answers 2xx, or a `ws:` URL that takes a connection. */
    readonly healthUrl: pulumi.Output<string>;
    /** Commands for whoever looks after the app. */
    readonly commands?: Readonly<Record<string, string>>;
}

/** Long enough for every minimum of the five systems, letters and digits only so that it stands anywhere. */
const GENERATED = { length: 48, special: false };

/** Places each system on its platform. `complete` may fill in what the settings leave open in an app. */
export function compose(
    platformOf: (settings: SystemSettings) => Platform,
    systems: readonly SystemSettings[],
    options: {
        protect: boolean;
        complete: (system: string, app: string, settings: AppSettings) => AppSettings;
    },
): Record<string, SystemOutputs> {
    return Object.fromEntries(
        systems.map((settings) => {
            const { name } = settings.definition;
            const placed = settings.definition.place(platformOf(settings).forSystem(name), {
                ...settings,
                apps: mapValues(settings.apps, (own, app) => options.complete(name, app, own)),
                secrets: mapValues(
                    settings.secrets,
                    (value, secret) => value ?? generate(`${name}-${kebab(secret)}`, options.protect),
                ),
            });
            return [name, { apps: mapValues(placed, outputsOf) }];
        }),
    );
}

/** A secret that nobody outside has to know: made once, then kept in the stack's state. */
function generate(name: string, protect: boolean): pulumi.Output<string> {
    return new random.RandomPassword(name, GENERATED, { protect }).result;
}

function outputsOf({ app, health, commands: others }: PlacedApp): AppOutputs {
    const healthUrl = app.urls.apply(([first = ""]) => {
        const origin = new URL(first).origin;
        return "path" in health ? origin + health.path : origin.replace(/^http/, "ws") + health.websocketPath;
    });
    const commands = { ...app.commands, ...others };
    return { urls: app.urls, healthUrl, ...(Object.keys(commands).length > 0 && { commands }) };
}

function kebab(name: string): string {
    return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
