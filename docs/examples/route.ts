import { EngineProvider, Ready, Route } from "../../providers/sdk";

const provider = new EngineProvider("engine", { host: "unix:///var/run/docker.sock" });

// Two containers that are there already, behind a Traefik that reads its routes from files.
const servers = ["shop-web-1", "shop-web-2"];
const answered = servers.map(
    (container) =>
        new Ready(
            `${container}-ready`,
            { container, url: `http://${container}:3000/health`, from: "router", timeoutSeconds: 120 },
            { provider },
        ),
);

new Route(
    "shop-web-route",
    {
        router: "router",
        app: "shop-web",
        routes: [{ host: "shop.localhost", entryPoint: "web" }],
        servers: servers.map((container) => `http://${container}:3000`),
        healthPath: "/health",
    },
    // The route moves when they answer.
    { provider, dependsOn: answered },
);
