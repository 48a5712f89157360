// Package random describes the random provider to Pulumi's Terraform bridge, in the terms that @pulumi/random has.
package random

import (
	pftfbridge "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	"github.com/terraform-providers/terraform-provider-random/shim"
)

// Version of the provider: the one of the @pulumi/random that the project has, set by the linker.
var Version string

// Provider maps the upstream provider's resources to Pulumi's: random_password becomes RandomPassword.
func Provider() tfbridge.ProviderInfo {
	if Version == "" {
		panic("set Version: go build -ldflags '-X berth.dev/airgap/engine/random.Version=…'")
	}
	info := tfbridge.ProviderInfo{
		P:            pftfbridge.ShimProvider(shim.NewProvider()),
		Name:         "random",
		Version:      Version,
		MetadataInfo: tfbridge.NewProviderMetadata([]byte("{}")),
	}
	standard := tokens.MakeStandard("random")
	info.MustComputeTokens(tokens.SingleModule("random_", "index", func(module, name string) (string, error) {
		return standard(module, "Random"+name)
	}))
	return info
}
