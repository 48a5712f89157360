import * as docker from "@pulumi/docker";
import { EngineProvider, Takeover } from "../../providers/sdk";

const host = "unix:///var/run/docker.sock";
const engine = new docker.Provider("engine", { host });
const provider = new EngineProvider("engine", { host });

const proxy = new docker.Container(
    "proxy",
    {
        image: "traefik:v3.6",
        command: ["--entryPoints.web.address=:80", "--ping=true"],
        ports: [{ internal: 80, external: 8080, ip: "127.0.0.1" }],
        // Made beside the one before, which has the port until it stops.
        start: false,
        mustRun: false,
    },
    { provider: engine, deleteBeforeReplace: false },
);

new Takeover(
    "proxy-running",
    {
        container: proxy.id,
        command: ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/ping"],
        timeoutSeconds: 60,
    },
    { provider },
);
