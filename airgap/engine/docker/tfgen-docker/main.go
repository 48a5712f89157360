// Writes the Docker provider's schema.json, which the plugin embeds.
package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfgen"

	"berth.dev/airgap/engine/docker"
)

func main() {
	tfgen.Main("docker", docker.Version, docker.Provider())
}
