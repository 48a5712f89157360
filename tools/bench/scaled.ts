import { DockerPlatform } from "../../components/docker/platform";

/** Apps of one system: a stack with more of them has more systems, not larger ones. */
const APPS_PER_SYSTEM = 10;

/**
 * A stack of many apps: each is an image, a container, the wait until that answers, and a route. Its images and hosts are
 * made up; nothing asks for them before an update.
 */
export function placeApps(count: number, dockerHost: string): void {
    const platform = new DockerPlatform("platform", {
        prefix: "berth-scale",
        host: dockerHost,
        router: { listen: { address: "127.0.0.1", httpPort: 8000 }, logLevel: "ERROR" },
        protect: false,
    });
    for (let first = 1; first <= count; first += APPS_PER_SYSTEM) {
        const system = `system-${Math.ceil(first / APPS_PER_SYSTEM)}`;
        const place = platform.forSystem(system);
        for (let app = first; app < first + APPS_PER_SYSTEM && app <= count; app++) {
            place.app(`app-${app}`, {
                image: `registry.example.org/team/app-${app}:1.0.0`,
                port: 3000,
                health: { path: "/health" },
                env: { NODE_ENV: "production", PORT: "3000" },
                limits: { cpus: 0.5, memoryMb: 512 },
                routes: [{ host: `app-${app}.example.org` }],
            });
        }
    }
}
