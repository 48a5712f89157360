import * as docker from "@pulumi/docker";
import { compose, StackOutputs } from "./compose";
import { DockerPlatform } from "../components/docker/platform";
import { findSample, Sample } from "./sample";
import { DevSettings } from "./devSettings";

/**
 * Development: every system on this machine's engine, and the sample app wherever no image is set. Databases may be
 * published on the loopback address, sources mounted.
 */
export function dev(settings: DevSettings, sample: Sample = findSample()): StackOutputs {
    const { bindAddress, httpPort, scheme } = settings.router;
    const platform = new DockerPlatform("platform", {
        prefix: settings.prefix,
        host: settings.engine.host,
        sshOpts: [...settings.engine.sshOpts],
        router: { listen: { address: bindAddress, httpPort, scheme }, logLevel: "INFO" },
        protect: settings.protect,
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
    const systems = compose(() => platform, settings.systems, {
        protect: settings.protect,
        complete: (system, app, own) =>
            own.image === undefined
                ? // The name tells the apps apart that the one image plays.
                  { command: ["node", "server.js", `${system}-${app}`], ...own, image: image.name }
                : own,
    });
    return { systems };
}
