import * as docker from "@pulumi/docker";
import { DockerPlatform } from "../components/docker/platform";
import { compose, SystemOutputs } from "./compose";
import { findSample, Sample } from "./sample";
import { Settings } from "./settings";

/**
 * Development: every system on this machine's engine, and the sample app wherever no image is set. Databases may be
 * published on the loopback address, sources mounted.
 */
export function dev(settings: Settings, sample: Sample = findSample()): Record<string, SystemOutputs> {
    const platform = new DockerPlatform("platform", {
        prefix: settings.prefix,
        host: settings.engine.host,
        sshOpts: [...settings.engine.sshOpts],
        router: { ...settings.router, logLevel: "INFO" },
        protectData: settings.protectData,
    });
    const image = new docker.RemoteImage(
        "sample-image",
        {
            name: `${settings.prefix}-sample:${sample.version}`,
            build: { context: sample.context },
            triggers: { version: sample.version },
            keepLocally: true,
        },
        { parent: platform, provider: platform.engine.docker },
    );
    return compose(platform, settings.systems, {
        protectData: settings.protectData,
        complete: (system, app, own) =>
            own.image === undefined
                ? // The name tells the apps apart that the one image plays.
                  { command: ["node", "server.js", `${system}-${app}`], ...own, image: image.name }
                : own,
    });
}
