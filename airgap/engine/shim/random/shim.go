// Package shim reaches the upstream provider, which is internal to its module: only a path below that module's may
// import it.
package shim

import (
	"github.com/hashicorp/terraform-plugin-framework/provider"
	random "github.com/terraform-providers/terraform-provider-random/internal/provider"
)

// NewProvider is the upstream random provider.
func NewProvider() provider.Provider {
	return random.New()
}
