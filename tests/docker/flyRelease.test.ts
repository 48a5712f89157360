import { FlyProviderTest } from "../support/flyProvider";
import { ProviderClient, Values } from "../support/providerClient";

const GROUP = "fly:index:MachineGroup";
jest.setTimeout(120_000);

let test: FlyProviderTest;
beforeAll(async () => {
    test = await FlyProviderTest.start("release", {
        images: { "registry.fly.io/shop:1": "node:20-slim", "registry.fly.io/shop:2": "node:20-slim" },
    });
    await test.make("fly:index:App", { name: "shop" });
});
afterAll(() => test.stop());

/** A server that answers with its version. */
function serving(version: string, more: object = {}): Values {
    return {
        image: `registry.fly.io/shop:${version}`,
        command: ["node", "-e", `require("http").createServer((_, r) => r.end("${version}")).listen(8080)`],
        services: [
            {
                internalPort: 8080,
                ports: [{ port: 443, handlers: ["tls", "http"] }],
                checks: [{ path: "/", intervalSeconds: 2, timeoutSeconds: 1, gracePeriodSeconds: 0 }],
            },
        ],
        ...more,
    } as Values;
}

const quick = { settleSeconds: 0, drainSeconds: 0, healthyTimeoutSeconds: 20 };

describe("a group of machines", () => {
    it("starts, is released, and goes", async () => {
        const inputs: Values = { app: "shop", config: serving("1"), regions: { iad: 2 }, ...quick };
        const made = await test.make(GROUP, inputs);
        expect(made.id).toBe("shop/app");
        const first = made.state.machineIds as string[];
        expect(first).toHaveLength(2);
        const state = await test.change(GROUP, made, { ...inputs, config: serving("2") });
        console.log(test.fly.requests.map((r) => `${r.atMs} ${r.action} ${r.identifier} ${r.status}`).join("\n"));
        expect(state.previousImage).toBe("registry.fly.io/shop:1");
        expect(state.machineIds).toHaveLength(2);
        await test.provider.delete(GROUP, made.id, state);
        expect((await test.provider.read(GROUP, made.id, state)).id).toBe("");
    });
});
export type { ProviderClient };
