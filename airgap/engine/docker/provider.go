// Package docker describes the Docker provider to Pulumi's Terraform bridge, in the terms that @pulumi/docker has.
package docker

import (
	"strings"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/terraform-providers/terraform-provider-docker/shim"
)

// Version of the provider: the one of the @pulumi/docker that the project has, set by the linker.
var Version string

// Longest name that the engine accepts for a thing it names itself.
const maxNameLength = 255

// Provider maps the upstream provider's resources to Pulumi's.
func Provider() tfbridge.ProviderInfo {
	if Version == "" {
		panic("set Version: go build -ldflags '-X berth.dev/airgap/engine/docker.Version=…'")
	}
	info := tfbridge.ProviderInfo{
		P:              shimv2.NewProvider(shim.NewProvider()),
		Name:           "docker",
		Version:        Version,
		GitHubOrg:      "kreuzwerker",
		Config:         config(),
		Resources:      resources(),
		DataSources:    functions(),
		IgnoreMappings: []string{"docker_compose"}, // not in @pulumi/docker 5.2
	}
	info.SetAutonaming(maxNameLength, "-")
	return info
}

func config() map[string]*tfbridge.SchemaInfo {
	return map[string]*tfbridge.SchemaInfo{
		"host": {
			Default: &tfbridge.DefaultInfo{EnvVars: []string{"DOCKER_HOST"}, Value: "unix:///var/run/docker.sock"},
		},
		"registry_auth": {Name: "registryAuth", MaxItemsOne: tfbridge.False()},
	}
}

func resources() map[string]*tfbridge.ResourceInfo {
	return map[string]*tfbridge.ResourceInfo{
		"docker_buildx_builder": {Tok: resource("BuildxBuilder")},
		"docker_config":         {Tok: resource("ServiceConfig")},
		"docker_container": {
			Tok: resource("Container"),
			// Fixed names and published ports collide: the old container goes first unless the program says otherwise.
			DeleteBeforeReplace: true,
			Fields: map[string]*tfbridge.SchemaInfo{
				"command":           {Name: "command"},
				"networks_advanced": {Name: "networksAdvanced"},
			},
		},
		"docker_image": {
			Tok:    resource("RemoteImage"),
			Fields: map[string]*tfbridge.SchemaInfo{"name": {Name: "name"}},
		},
		"docker_network":        {Tok: resource("Network")},
		"docker_plugin":         {Tok: resource("Plugin")},
		"docker_registry_image": {Tok: resource("RegistryImage")},
		"docker_secret":         {Tok: resource("Secret")},
		"docker_service":        {Tok: resource("Service")},
		"docker_tag":            {Tok: resource("Tag")},
		"docker_volume":         {Tok: resource("Volume")},
	}
}

func functions() map[string]*tfbridge.DataSourceInfo {
	return map[string]*tfbridge.DataSourceInfo{
		"docker_image":                    {Tok: function("getRemoteImage")},
		"docker_logs":                     {Tok: function("getLogs")},
		"docker_network":                  {Tok: function("getNetwork")},
		"docker_plugin":                   {Tok: function("getPlugin")},
		"docker_registry_image":           {Tok: function("getRegistryImage")},
		"docker_registry_image_manifests": {Tok: function("getRegistryImageManifests")},
	}
}

func resource(name string) tokens.Type {
	return tokens.Type("docker:index/" + strings.ToLower(name[:1]) + name[1:] + ":" + name)
}

func function(name string) tokens.ModuleMember {
	return tokens.ModuleMember("docker:index/" + name + ":" + name)
}
