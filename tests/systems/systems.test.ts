import { Graph, Secret } from "../support/graph";
import { recordDev } from "../support/dev";
import { SYSTEM_APPS } from "../support/systemApps";

describe("the five systems", () => {
    let graph: Graph;
    beforeAll(async () => {
        graph = await recordDev();
    });

    it.each(SYSTEM_APPS)(
        "%s listens on %d, answers at %s, and is given what its documents list",
        (app, port, health, variables) => {
            const envs = graph.node(`${app}-1`).inputs.envs as (string | Secret)[];
            const names = envs.map((each) =>
                each instanceof Secret
                    ? `${String(each.value).split("=", 1)[0] ?? ""}*`
                    : each.split("=", 1)[0],
            );
            expect(names).toEqual(variables);
            expect(envs).toContain(`PORT=${port}`);
            expect(graph.node(`${app}-1-ready`).inputs.url).toBe(`http://${app}-1-auto:${port}${health}`);
        },
    );

    it("connected-repo and korczewski are checked as their documents say", () => {
        for (const app of ["connected-repo-api", "korczewski-auth"]) {
            expect(graph.node(`${app}-1`).inputs.healthcheck).toMatchObject({
                interval: "30s",
                timeout: "10s",
                startPeriod: "40s",
                retries: 3,
            });
        }
    });

    it("korczewski's four databases share one server, and all its apps with data one Redis", () => {
        const databases = graph.nodes.filter(
            ({ type, name }) => type === "berth:index:PostgresDatabase" && name.startsWith("korczewski-"),
        );
        expect(databases.map(({ inputs }) => [inputs.server, inputs.database, inputs.user])).toEqual([
            ["korczewski-postgres-id", "auth", "auth"],
            ["korczewski-postgres-id", "l2p", "l2p"],
            ["korczewski-postgres-id", "payment", "payment"],
            ["korczewski-postgres-id", "vault", "vault"],
        ]);
    });
});
