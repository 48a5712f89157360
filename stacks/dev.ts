import * as docker from "@pulumi/docker";
import { compose, SystemOutputs } from "./compose";
import { dockerPlatform } from "./platform";
import { findSample, Sample } from "./sample";
import { Settings } from "./settings";

/**
 * Development: every system on this machine's engine, and the sample app wherever no image is set. Databases may be
 * published on the loopback address, sources mounted.
 */
export function dev(settings: Settings, sample: Sample = findSample()): Record<string, SystemOutputs> {
    const platform = dockerPlatform(settings, "INFO");
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
