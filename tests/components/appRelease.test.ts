import { AppArgs } from "../../components/platform";
import { Secret } from "../support/graph";
import { recordPlaced } from "../support/platform";

const web: AppArgs = {
    image: "example/web:1",
    port: 3000,
    health: { path: "/health" },
    routes: [{ host: "shop.example" }],
};

describe("an app with a release command", () => {
    const args = {
        ...web,
        replicas: 2,
        release: ["npm", "run", "migrate"],
        env: { MODE: "live" },
        secrets: { DATABASE_URL: "postgresql://shop:secret@db/shop" },
        limits: { cpus: 0.5, memoryMb: 256 },
    };

    it("runs it once, as the app itself runs, before any new container starts", async () => {
        const graph = await recordPlaced((here) => here.app("web", args).urls);
        const { inputs, parent } = graph.node("shop-web-release");
        expect(parent).toBe("shop-web");
        expect(inputs).toEqual({
            name: "t-shop-web-release",
            image: "id of example/web:1",
            imageName: "example/web:1",
            command: ["npm", "run", "migrate"],
            env: { MODE: "live", DATABASE_URL: new Secret("postgresql://shop:secret@db/shop") },
            refuseRoot: true,
            limits: { cpus: 0.5, memoryMb: 256 },
            volumes: [],
            networks: ["t-edge", "t-shop-data"],
            labels: { "berth.stack": "t", "berth.system": "shop", "berth.part": "shop-web" },
            timeoutSeconds: 300,
        });
        for (const container of ["shop-web-1", "shop-web-2"]) {
            expect(graph.node(container).options.dependencies).toContain("shop-web-release");
        }
    });

    it("gives it the app's user, mounts and root, and the time that it may take", async () => {
        const graph = await recordPlaced(
            (here) =>
                here.app("web", {
                    ...args,
                    user: "1000",
                    readOnlyRoot: false,
                    secretFiles: { key: "k" },
                    releaseTimeoutSeconds: 900,
                }).urls,
        );
        expect(graph.node("shop-web-release").inputs).toMatchObject({
            user: "1000",
            readOnlyRoot: false,
            volumes: [
                { volumeName: "t-shop-web-secrets-auto", containerPath: "/run/secrets", readOnly: true },
            ],
            timeoutSeconds: 900,
        });
    });
});

it("an app's routes drain as long as it says", async () => {
    const graph = await recordPlaced((here) => here.app("web", { ...web, drainSeconds: 60 }).urls);
    expect(graph.node("shop-web-route").inputs).toMatchObject({ drainSeconds: 60 });
});
