import { App, Machine, Volume } from "../../../providers/sdk/fly";

const app = new App("search", { name: "search-prod" });
const place = { app: app.name, region: "fra" };
const disk = new Volume("search-disk", { ...place, sizeGb: 10 }, { protect: true });

new Machine("search", {
    ...place,
    config: {
        image: "getmeili/meilisearch:v1.11",
        guest: { cpus: 2, memoryMb: 1024 },
        checks: { alive: { port: 7700, path: "/health" } },
        stop: { timeoutSeconds: 60 },
    },
    mounts: [{ volume: disk.volumeId, path: "/meili_data" }],
});
