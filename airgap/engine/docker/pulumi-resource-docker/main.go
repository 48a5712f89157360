// The plugin pulumi-resource-docker.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"

	"berth.dev/airgap/engine/docker"
)

// Made by ../tfgen-docker before this is built.
//
//go:embed schema.json
var schema []byte

func main() {
	tfbridge.Main("docker", docker.Version, docker.Provider(), schema)
}
