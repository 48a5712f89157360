import { definition } from "../../../providers/fly/definition";
import { flyPackage } from "../../../providers/fly/schema";
import { FlyResource, LEAST, tokenOf } from "../../support/flyInputs";
import { ProviderClient, secret, UNKNOWN, Values } from "../../support/providerClient";
import { Scripted, ScriptedApi } from "../../support/scriptedApi";

const RESOURCES = Object.keys(LEAST) as FlyResource[];

const api = new ScriptedApi();
let provider: ProviderClient;
beforeAll(async () => {
    await api.start();
    provider = await ProviderClient.start(definition);
    await provider.configureWith({ token: secret("hush-hush"), baseUrl: api.url });
});
beforeEach(() => {
    api.answers();
});
afterAll(async () => {
    provider.close();
    await api.stop();
});

const outputsOf = (resource: FlyResource): string[] =>
    Object.keys(flyPackage.resources.find(({ token }) => token === tokenOf(resource))?.outputs ?? {});

async function checked(resource: FlyResource, more: Values = {}): Promise<Values> {
    return (await provider.check(tokenOf(resource), { ...LEAST[resource], ...more })).inputs;
}

describe("a preview", () => {
    it.each(RESOURCES)("of a new %s promises its outputs and asks nobody", async (resource) => {
        const inputs = await checked(resource);
        const promised = Object.fromEntries(outputsOf(resource).map((name) => [name, UNKNOWN]));
        const { id, state } = await provider.create(tokenOf(resource), inputs, true);
        expect(id).toBe("");
        expect(state).toEqual({ ...inputs, ...promised });
        expect(api.received).toEqual([]);
    });

    it.each(RESOURCES)("of %s of which nothing is known asks nobody", async (resource) => {
        const unknown = Object.fromEntries(
            Object.keys(await checked(resource)).map((name) => [name, UNKNOWN]),
        );
        const { state } = await provider.create(tokenOf(resource), unknown, true);
        expect(Object.keys(state).sort()).toEqual([...Object.keys(unknown), ...outputsOf(resource)].sort());
        const olds = await checked(resource);
        await provider.differences(tokenOf(resource), olds, unknown);
        expect(api.received).toEqual([]);
    });

    it("of an update promises what the inputs say and asks nobody", async () => {
        const olds = { ...(await checked("MachineGroup")), machineIds: ["m1"], previousImage: "" };
        const news = await checked("MachineGroup", { config: { image: "shop:2" } });
        const state = await provider.update(tokenOf("MachineGroup"), "shop/app", olds, news, {
            preview: true,
        });
        expect(state).toEqual({ ...news, machineIds: UNKNOWN, previousImage: UNKNOWN });
        expect(api.received).toEqual([]);
    });

    it("needs no token; what asks the API says that there is none", async () => {
        const { FLY_API_TOKEN: given } = process.env;
        delete process.env.FLY_API_TOKEN;
        const other = await ProviderClient.start(definition);
        try {
            await other.configureWith({ baseUrl: api.url });
            expect((await other.create(tokenOf("App"), { name: "shop" }, true)).state.hostname).toBe(UNKNOWN);
            await expect(other.create(tokenOf("App"), { name: "shop" })).rejects.toThrow(
                "there is no token for Fly: set FLY_API_TOKEN, or `pulumi config set --secret fly:token`",
            );
            expect(api.received).toEqual([]);
        } finally {
            other.close();
            if (given !== undefined) {
                process.env.FLY_API_TOKEN = given;
            }
        }
    });
});

const GONE: Scripted = { status: 404, body: { error: "not found" } };

describe("an import", () => {
    it.each<[FlyResource, string, string]>([
        ["MachineGroup", "shop", "my-app/app"],
        ["Machine", "148e21e7f12d89", "my-app/148e21e7f12d89"],
        ["Volume", "vol_1", "my-app/vol_xxxxxxxxxxxx"],
        ["IpAddress", "137.66.1.2", "my-app/137.66.1.2"],
        ["Certificate", "/shop.example.org", "my-app/api.example.com"],
    ])("of %s refuses the id %s: its form is told", async (resource, id, form) => {
        await expect(provider.read(tokenOf(resource), id, {})).rejects.toThrow(
            `"${id}" is no id: it has the form ${form}`,
        );
        expect(api.received).toEqual([]);
    });

    it.each<[FlyResource, string, string]>([
        ["App", "shop", "/v1/apps/shop"],
        ["MachineGroup", "shop/app", "/v1/apps/shop/machines"],
        ["Machine", "shop/148e21e7f12d89", "/v1/apps/shop/machines"],
        ["Volume", "shop/vol_1", "/v1/apps/shop/volumes"],
        ["Secrets", "shop", "/v1/apps/shop/secrets"],
        ["IpAddress", "shop/137.66.1.2", "/v1/apps/shop/ip_assignments"],
        ["Certificate", "shop/*.example.org", "/v1/apps/shop/certificates/*.example.org"],
    ])("of %s finds nothing where there is nothing, by one request: %s", async (resource, id, url) => {
        // Lists are remembered for a while: a provider of its own has none.
        const other = await ProviderClient.start(definition);
        await other.configureWith({ token: secret("hush-hush"), baseUrl: api.url });
        api.answers(GONE);
        expect(await other.read(tokenOf(resource), id, {})).toEqual({ id: "", state: {}, inputs: {} });
        expect(api.received.map((each) => `${each.method} ${each.url}`)).toEqual([`GET ${url}`]);
        other.close();
    });

    it("takes the form that the schema shows", async () => {
        for (const { token, importId } of flyPackage.resources) {
            api.answers(GONE);
            expect((await provider.read(token, importId, {})).state).toEqual({});
        }
    });

    it("of an app has all inputs of a program that says the same", async () => {
        api.answers({
            status: 200,
            body: { id: "1", name: "shop", organization: { slug: "team" }, network: "own" },
        });
        expect(await provider.read(tokenOf("App"), "shop", {})).toEqual({
            id: "shop",
            inputs: { name: "shop", organization: "team", network: "own" },
            state: { name: "shop", organization: "team", network: "own", hostname: "shop.fly.dev" },
        });
    });
});
