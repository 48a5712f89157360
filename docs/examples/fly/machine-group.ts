import { App, MachineGroup, Secrets } from "../../../providers/sdk/fly";
import * as random from "@pulumi/random";

const app = new App("shop", { name: "shop-prod" });
const session = new random.RandomPassword("shop-session", { length: 40, special: false });
const secrets = new Secrets("shop-secrets", { app: app.name, values: { SESSION_SECRET: session.result } });

new MachineGroup("shop-web", {
    app: app.name,
    config: {
        image: "registry.fly.io/shop-prod:1a2b3c4",
        env: { PORT: "3000" },
        guest: { cpuKind: "shared", cpus: 1, memoryMb: 512 },
        services: [
            {
                internalPort: 3000,
                ports: [
                    { port: 443, handlers: ["tls", "http"] },
                    { port: 80, handlers: ["http"], forceHttps: true },
                ],
                autostop: "stop",
                minMachinesRunning: 1,
                checks: [{ path: "/health", intervalSeconds: 10 }],
            },
        ],
    },
    regions: { fra: 2, iad: 1 },
    // Another version of them is a release: machines read secrets when they start.
    secretsVersion: secrets.secretsVersion,
    // Fails before anything is replaced.
    releaseCommand: ["npx", "prisma", "migrate", "deploy"],
});
