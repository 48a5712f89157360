import { DockerPlatform } from "../components/docker/platform";
import { Settings } from "./settings";

/** The engine that the settings name, with its router. */
export function dockerPlatform(settings: Settings, logLevel: "INFO" | "ERROR"): DockerPlatform {
    return new DockerPlatform("platform", {
        prefix: settings.prefix,
        host: settings.engine.host,
        sshOpts: [...settings.engine.sshOpts],
        router: { ...settings.router, logLevel },
        protectData: settings.protectData,
    });
}
