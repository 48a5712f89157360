// The plugin pulumi-resource-random.
package main

import (
	"context"
	_ "embed"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"

	"berth.dev/airgap/engine/random"
)

// Made by ../tfgen-random before this is built.
//
//go:embed schema.json
var schema []byte

//go:embed bridge-metadata.json
var metadata []byte

func main() {
	tfbridge.Main(context.Background(), "random", random.Provider(), tfbridge.ProviderMetadata{
		PackageSchema:  schema,
		BridgeMetadata: metadata,
	})
}
