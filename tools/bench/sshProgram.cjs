"use strict";
// What the bench `ssh` brings up: containers on one engine, and, if asked for, a wait for each by our own provider.
const docker = require("@pulumi/docker");
const pulumi = require("@pulumi/pulumi");
const { host, sshOpts, image, containers, waits } = require("./ssh.json");

class EngineProvider extends pulumi.ProviderResource {
    constructor() {
        super("berth", "engine", { host, sshOpts: JSON.stringify(sshOpts) });
    }
}

const provider = new docker.Provider("docker", { host, sshOpts });
const ours = waits ? new EngineProvider() : undefined;
for (let index = 0; index < containers; index += 1) {
    const container = new docker.Container(
        `app-${index}`,
        { image, command: ["/bin/sleep", "1h"], stopSignal: "SIGKILL" },
        { provider },
    );
    if (ours) {
        const wait = { container: container.id, command: ["/bin/true"], timeoutSeconds: 120 };
        new pulumi.CustomResource("berth:index:Ready", `ready-${index}`, wait, { provider: ours });
    }
}
