import { connectFly, FlyContext } from "../../../providers/fly/services";
import { Properties, UNKNOWN } from "../../../providers/server/properties";
import { ScriptedApi } from "../../support/scriptedApi";

const api = new ScriptedApi();
beforeAll(() => api.start());
afterAll(() => api.stop());

/** What an operation gets of a provider with these settings. */
function contextOf(config: Properties, environment: Record<string, string>): FlyContext {
    return connectFly(config, environment).context({
        signal: new AbortController().signal,
        timeoutSeconds: undefined,
        urn: "urn:pulumi:test::berth::fly:index:App::shop",
        status: () => undefined,
        log: () => undefined,
        mask: (text) => text,
    });
}

/** The token by which the API is asked. */
async function tokenUsed(config: Properties, environment: Record<string, string> = {}): Promise<string> {
    api.answers({ status: 404 });
    const { fly, signal } = contextOf(config, environment);
    await fly.getApp("shop", signal);
    return api.received[0]?.headers.authorization ?? "";
}

describe("how Fly is reached", () => {
    it("is said by the settings before the variables, and by nothing that is empty", async () => {
        const ours = { FLY_API_TOKEN: "of-variable", FLY_API_URL: api.url };
        expect(await tokenUsed({}, ours)).toBe("Bearer of-variable");
        expect(await tokenUsed({ token: "", baseUrl: "" }, ours)).toBe("Bearer of-variable");
        const elsewhere = { FLY_API_TOKEN: "of-variable", FLY_API_URL: "http://127.0.0.1:1" };
        expect(await tokenUsed({ token: "of-settings", baseUrl: api.url }, elsewhere)).toBe(
            "Bearer of-settings",
        );
    });

    it.each(["FlyV1 fm2_token", "Bearer fm2_token", " fm2_token\n"])(
        "takes a token as `fly` prints it: %j",
        async (token) => {
            expect(await tokenUsed({ token, baseUrl: api.url })).toBe("FlyV1 fm2_token");
        },
    );

    it("is missing without a token, for those who ask", () => {
        const context = contextOf({ token: "" }, { FLY_API_TOKEN: "" });
        expect(() => context.fly).toThrow(
            "there is no token for Fly: set FLY_API_TOKEN, or `pulumi config set --secret fly:token`",
        );
    });

    it.each([{ token: UNKNOWN }, { token: "a", baseUrl: UNKNOWN }])(
        "is waited for while it is not known: nobody else's token stands in for it: %j",
        (config) => {
            const context = contextOf(config, { FLY_API_TOKEN: "of-variable", FLY_API_URL: api.url });
            expect(() => context.fly).toThrow("how Fly is reached is not known yet");
        },
    );

    it("is refused where a variable holds no address", () => {
        expect(() => connectFly({}, { FLY_API_URL: "http://fly.example.org/v1" })).toThrow(
            '  baseUrl: "http://fly.example.org/v1" is not an HTTP URL without a path',
        );
    });

    it("is refused with a token that is none, which is not shown", () => {
        const connect = () => connectFly({ token: "fm2_hush\nhush" }, {});
        expect(connect).toThrow("the token for Fly is none");
        expect(connect).not.toThrow("hush");
    });
});
