import { DockerPlatform } from "../components/docker/platform";
import { refuse } from "../lib/problems";
import { compose, SystemOutputs } from "./compose";
import { Settings } from "./settings";

/** Production: every system on the engine that the settings name, from the team's own images; no database is published. */
export function prod(settings: Settings): Record<string, SystemOutputs> {
    refuse(`Settings of the stack "${settings.stack}"`, [
        ...missingImages(settings),
        ...publishedServers(settings),
    ]);
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

function missingImages({ stack, systems }: Settings) {
    return systems.flatMap(({ definition, apps }) =>
        Object.entries(apps)
            .filter(([, { image }]) => image === undefined)
            .map(([app]) => ({
                path: `${definition.name}:images.${app}`,
                message: "is missing: the image to run",
                fix: `pulumi config set --stack ${stack} --path '${definition.name}:images.${app}' REFERENCE`,
            })),
    );
}

function publishedServers({ systems }: Settings) {
    return systems.flatMap(({ definition, publish }) =>
        Object.keys(publish).map((server) => ({
            path: `${definition.name}:publish.${server}`,
            message: "publishes a database, which production never does",
        })),
    );
}
