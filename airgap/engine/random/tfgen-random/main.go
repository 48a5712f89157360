// Writes the random provider's schema.json and bridge-metadata.json, which the plugin embeds.
package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfgen"

	"berth.dev/airgap/engine/random"
)

func main() {
	tfgen.Main("random", random.Provider())
}
