import { compose, SystemOutputs } from "./compose";
import { dockerPlatform } from "./platform";
import { Settings } from "./settings";

/** Production: every system on the engine that the settings name, from the team's own images; no database is published. */
export function prod(settings: Settings): Record<string, SystemOutputs> {
    const platform = dockerPlatform(settings, "ERROR");
    return compose(platform, settings.systems, {
        protectData: settings.protectData,
        complete: (_system, _app, own) => own,
    });
}
