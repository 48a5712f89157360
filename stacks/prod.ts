import { DockerPlatform } from "../components/docker/platform";
import { compose, SystemOutputs } from "./compose";
import { Settings } from "./settings";

/** Production: every system on the engine that the settings name, from the team's own images; no database is published. */
export function prod(settings: Settings): Record<string, SystemOutputs> {
    const platform = new DockerPlatform("platform", {
        prefix: settings.prefix,
        host: settings.engine.host,
        sshOpts: [...settings.engine.sshOpts],
        router: { ...settings.router, logLevel: "ERROR" },
        protectData: settings.protectData,
    });
    return compose(platform, settings.systems, {
        protectData: settings.protectData,
        complete: (_system, _app, own) => own,
    });
}
