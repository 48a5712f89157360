import { Problem } from "../../lib/problems";
import { defineKind } from "../../providers/server/kind";
import { ProviderDefinition } from "../../providers/server/server";
import { EngineStandIn } from "../support/engineStandIn";
import { ProviderClient, secret } from "../support/providerClient";

jest.setTimeout(30_000);

const TALKER = "talk:index:Talker";

/** A resource that says all it is given, in every way there is. */
const talker = defineKind<{ texts: string[]; fails?: boolean }, { token: string }, object>({
    token: TALKER,
    outputs: ["token"],
    secretOutputs: ["token"],
    check: ({ texts }): Problem[] =>
        Array.isArray(texts) && texts.includes("wrong") ? [{ path: "fails", message: texts.join() }] : [],
    create: ({ texts, fails }, { log, status }) => {
        texts.forEach(log);
        texts.forEach(status);
        return fails
            ? Promise.reject(new Error(texts.join("\n")))
            : Promise.resolve({ id: "talker", outputs: { token: "made-token" } });
    },
    update: (_id, { texts }, { log, mask }) => {
        texts.forEach((text) => {
            log(mask(text).slice(0, 12));
        });
        return Promise.resolve({ token: "made-token" });
    },
    read: (_id, { texts, token }) => Promise.reject(new Error([...texts, token].join())),
    delete: (_id, { texts, token }, { log }) => {
        log([...texts, token].join());
        return Promise.reject(new Error("gone for hush"));
    },
});

const definition: ProviderDefinition<object> = {
    version: "1.0.0",
    kinds: [talker],
    connect: () => ({ context: (call) => call, close: () => undefined }),
};

let engine: EngineStandIn;
let provider: ProviderClient;
beforeEach(async () => {
    engine = await EngineStandIn.start();
    provider = await ProviderClient.start(definition, engine.address);
    await provider.configureWith({ token: secret("api-token") });
});
afterEach(() => {
    provider.close();
    engine.close();
});

describe("what a provider tells the engine", () => {
    it("has arrived, in its order, before the operation's answer", async () => {
        const texts = Array.from({ length: 100 }, (_, index) => `line ${index}`);
        await provider.create(TALKER, { texts });
        expect(engine.lines).toEqual(texts);
        expect(engine.told.filter(({ ephemeral }) => ephemeral).map(({ message }) => message)).toEqual(texts);
        expect(new Set(engine.told.map(({ urn }) => urn))).toEqual(
            new Set([`urn:pulumi:test::berth::berth:index:App$${TALKER}::thing`]),
        );
    });

    it("is no reason to fail where nobody listens", async () => {
        engine.close();
        expect((await provider.create(TALKER, { texts: ["a", "b"] })).id).toBe("talker");
    });

    it("holds no secret: neither the resource's nor the provider's own", async () => {
        const texts = [secret("hush"), "plain and hush", "by api-token"];
        await provider.create(TALKER, { texts });
        const masked = ["[secret]", "plain and [secret]", "by [secret]"];
        expect(engine.told.map(({ message }) => message)).toEqual([...masked, ...masked]);
    });

    it("hides what an update replaces as well, before anything is cut", async () => {
        const olds = { texts: [secret("old-secret")] };
        await provider.update(TALKER, "talker", olds, {
            texts: [secret("hush"), "old-secret", "hush-old-secret"],
        });
        expect(engine.lines).toEqual(["[secret]", "[secret]", "[secret]-[se"]);
    });
});

describe("an error", () => {
    it("holds no secret", async () => {
        const inputs = { texts: [secret("hush"), "hush by api-token"], fails: true };
        await expect(provider.create(TALKER, inputs)).rejects.toThrow(
            /^\[secret\]\n\[secret\] by \[secret\]$/,
        );
    });

    it("of a read or a deletion holds none of the state's", async () => {
        const state = { texts: [secret("hush"), "plain"], token: secret("made-token") };
        await expect(provider.read(TALKER, "talker", state)).rejects.toThrow(/^\[secret\],plain,\[secret\]$/);
        await expect(provider.delete(TALKER, "talker", state)).rejects.toThrow(/^gone for \[secret\]$/);
        expect(engine.lines).toEqual(["[secret],plain,[secret]"]);
    });

    it("of a check holds none, either", async () => {
        const { inputs, failures } = await provider.check(TALKER, { texts: ["wrong", secret("hush")] });
        expect(failures).toEqual(["fails: wrong,[secret]"]);
        expect(inputs).toEqual({ texts: ["wrong", secret("hush")] });
    });
});

describe("a state", () => {
    it("keeps readable what is not secret beside a secret", async () => {
        const texts = [secret("hush"), "plain"];
        expect((await provider.create(TALKER, { texts })).state).toEqual({
            texts,
            token: secret("made-token"),
        });
    });
});
