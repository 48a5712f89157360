import { defineFunction } from "../../providers/server/function";
import { checkTypes } from "../../providers/server/inputs";
import { ProviderDefinition } from "../../providers/server/server";
import { ProviderClient, secret } from "../support/providerClient";

const GREET = "test:index:greet";

let asked: unknown[];
let client: ProviderClient;

const greet = defineFunction<{ name: string }, { name: string; greeting: string }, object>({
    token: GREET,
    secretResults: ["greeting"],
    check: (args) => [
        ...checkTypes(args, { name: "string" }),
        ...(args.name === "anybody-else" ? [{ path: "name", message: "is anybody-else" }] : []),
    ],
    call: ({ name }, { urn, signal }) => {
        signal.throwIfAborted();
        asked.push({ name, urn });
        return name === "nobody-at-all"
            ? Promise.reject(new Error("there is no nobody-at-all"))
            : Promise.resolve({ name, greeting: `Hello ${name}` });
    },
});

const definition: ProviderDefinition<object> = {
    version: "1.0.0",
    kinds: [],
    functions: [greet],
    connect: () => ({ context: (call) => call, close: () => undefined }),
};

beforeEach(async () => {
    asked = [];
    client = await ProviderClient.start(definition);
});
afterEach(() => {
    client.close();
});

describe("a function", () => {
    it("answers, with what is secret in its envelope", async () => {
        await client.configureWith({});
        expect(await client.invoke(GREET, { name: "you" })).toEqual({
            results: { name: "you", greeting: secret("Hello you") },
            failures: [],
        });
        expect(asked).toEqual([{ name: "you", urn: "" }]);
    });

    it("gives back as a secret what it was asked with as one", async () => {
        await client.configureWith({});
        const { results } = await client.invoke(GREET, { name: secret("you") });
        expect(results.name).toEqual(secret("you"));
    });

    it("tells what is wrong with the arguments without being called", async () => {
        await client.configureWith({});
        expect(await client.invoke(GREET, {})).toEqual({ results: {}, failures: ["name: is missing"] });
        expect((await client.invoke(GREET, { name: secret("anybody-else") })).failures).toEqual([
            "name: is [secret]",
        ]);
        expect(asked).toEqual([]);
    });

    it("that fails says nothing of what is secret", async () => {
        await client.configureWith({});
        await expect(client.invoke(GREET, { name: secret("nobody-at-all") })).rejects.toThrow(
            "there is no [secret]",
        );
    });

    it("is known, and its provider is configured", async () => {
        await expect(client.invoke(GREET, { name: "you" })).rejects.toThrow("the provider is not configured");
        await expect(client.invoke("test:index:other", {})).rejects.toThrow(
            "this provider has no function test:index:other",
        );
    });
});

describe("a provider that was running before the engine", () => {
    it("is cancelled with the update, and begins anew with the next engine that finds it", async () => {
        await client.configureWith({});
        await client.cancel();
        await expect(client.invoke(GREET, { name: "you" })).rejects.toThrow("the update was cancelled");
        // Nobody listens there: what is told to an engine that is gone is lost, and no reason to fail.
        await client.attach("127.0.0.1:9");
        await client.configureWith({});
        const { results } = await client.invoke(GREET, { name: "you" });
        expect(results.greeting).toEqual(secret("Hello you"));
    });
});
