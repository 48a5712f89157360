// Package shim reaches the upstream provider, which is internal to its module: only a path below that module's may
// import it.
package shim

import (
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/terraform-providers/terraform-provider-docker/internal/provider"
)

// NewProvider is the upstream Docker provider.
func NewProvider() *schema.Provider {
	return provider.New("pulumi")()
}
