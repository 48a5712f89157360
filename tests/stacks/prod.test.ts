import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { prod } from "../../stacks/prod";
import { readSettings, Settings } from "../../stacks/settings";
import { SYSTEMS } from "../../systems";
import { Graph, record } from "../support/graph";

/** The settings of `Pulumi.prod.yaml`, with what a team adds to it: images, values and secrets. */
function settings(): Settings {
    const { config } = parse(readFileSync(join(__dirname, "..", "..", "Pulumi.prod.yaml"), "utf8")) as {
        config: Record<string, unknown>;
    };
    const added: Record<string, unknown> = { "berth:domain": "team.example" };
    const secretKeys: string[] = [];
    for (const { name, apps, secrets, values } of SYSTEMS) {
        added[`${name}:images`] = Object.fromEntries(
            Object.keys(apps).map((app) => [app, `team/${name}-${app}:1`]),
        );
        for (const value of Object.keys(values)) {
            added[`${name}:${value}`] = "given";
        }
        for (const [secret, { generated }] of Object.entries(secrets)) {
            if (generated !== true) {
                added[`${name}:${secret}`] = "s".repeat(32);
                secretKeys.push(`${name}:${secret}`);
            }
        }
    }
    const values = Object.entries({ ...config, ...added }).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
    ]);
    return readSettings({
        stack: "prod",
        values: Object.fromEntries(values) as Record<string, string>,
        isSecret: (key) => secretKeys.includes(key),
    });
}

describe("the production composition", () => {
    let graph: Graph;
    beforeAll(async () => {
        graph = await record(() => Object.values(prod(settings())).map(({ apps }) => Object.values(apps)));
    });

    it("publishes the router and nothing else", () => {
        const publishing = graph.nodes
            .filter(({ inputs }) => inputs.ports !== undefined)
            .map(({ name }) => name);
        expect(publishing).toEqual(["router"]);
        expect(graph.list().filter((each) => each.endsWith("-publish"))).toEqual([]);
    });

    it("guards every data volume and every password, and no container", () => {
        for (const { type, name, options } of graph.nodes) {
            const guarded = name.endsWith("-data") && type.endsWith(":Volume");
            expect([name, options.protect]).toEqual([
                name,
                guarded || type.endsWith("Password") ? true : undefined,
            ]);
        }
    });

    it("runs the team's images, never the sample", () => {
        const images = graph.nodes
            .filter(({ type }) => type.endsWith(":RemoteImage"))
            .map(({ inputs }) => inputs.name);
        expect(images).toContain("team/korczewski-auth:1");
        expect(images.filter((name) => String(name).includes("sample"))).toEqual([]);
    });

    it("gives connected-repo's API two replicas of 1 CPU and 1 GiB", () => {
        for (const replica of [1, 2]) {
            expect(graph.node(`connected-repo-api-${replica}`).inputs).toMatchObject({
                cpus: "1",
                memory: 1024,
            });
        }
        expect(graph.node("connected-repo-api-route").inputs.servers).toHaveLength(2);
    });

    it("keeps the hosts that the systems are known by, and tells the apps their URLs over HTTPS", () => {
        expect(graph.node("partyquiz-web-route").inputs.routes).toEqual([
            { host: "partyquiz-platform.databridge360.com" },
        ]);
        expect(graph.node("partyquiz-web-1").inputs.envs).toContain(
            "NEXTAUTH_URL=https://partyquiz-platform.databridge360.com",
        );
        expect(graph.node("korczewski-frontend-1").inputs.envs).toContain(
            "API_URL=https://api.l2p.korczewski.de",
        );
    });

    it("generates only the secrets that nobody outside has to know", () => {
        const generated = graph.nodes
            .filter(({ type, parent }) => type.endsWith("RandomPassword") && parent === "")
            .map(({ name }) => name);
        expect(generated.sort()).toEqual([
            "audifi-jwt-secret",
            "audifi-magic-link-secret",
            "connected-repo-session-secret",
            "korczewski-jwt-secret",
            "partyquiz-nextauth-secret",
        ]);
    });
});
