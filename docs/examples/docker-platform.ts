import { DockerPlatform } from "../../components/docker/platform";

// The engine of this machine, one router on port 8000, and a place for each system.
const platform = new DockerPlatform("platform", {
    prefix: "team-dev",
    host: "unix:///var/run/docker.sock",
    router: { listen: { address: "127.0.0.1", httpPort: 8000 }, logLevel: "INFO" },
    protect: false,
});

const image = "ghcr.io/your-team/site:2.0.1";
for (const system of ["shop", "blog"]) {
    platform.forSystem(system).app("web", {
        image,
        port: 3000,
        health: { path: "/health" },
        routes: [{ host: `${system}.localhost` }],
    });
}
