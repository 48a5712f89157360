import fc from "fast-check";
import { HalfMade } from "../../providers/server/halfMade";
import { defineKind } from "../../providers/server/kind";
import { ProviderDefinition } from "../../providers/server/server";
import { failureOf } from "../support/callFailure";
import { ProviderClient, secret, Values } from "../support/providerClient";

const TOKEN = "test:index:Thing";

jest.setTimeout(30_000);

let fails: Error;
let client: ProviderClient;

const thing = defineKind<Values, { note?: string }, object>({
    token: TOKEN,
    outputs: ["note"],
    check: () => [],
    create: () => Promise.reject(fails),
    update: () => Promise.reject(fails),
});

const definition: ProviderDefinition<object> = {
    version: "1.0.0",
    kinds: [thing],
    connect: () => ({ context: (call) => call, close: () => undefined }),
};

beforeEach(async () => {
    client = await ProviderClient.start(definition);
    await client.configureWith({});
});
afterEach(() => {
    client.close();
});

describe("a failure that leaves something", () => {
    it("of a creation tells what is there, with secrets in their envelopes and in no reason", async () => {
        fails = new HalfMade(new Error("no more hush-hush\nthe end"), "one", { key: "hush-hush", note: "a" });
        const failure = await failureOf(client.create(TOKEN, { key: secret("hush-hush"), size: 1 }));
        expect(failure.message).toBe("no more [secret]\nthe end");
        expect(failure.left).toEqual({
            id: "one",
            state: { key: secret("hush-hush"), note: "a" },
            reasons: ["no more [secret]\nthe end"],
        });
    });

    it("of an update leaves the state of before as it came", async () => {
        const before = { key: secret("old-secret"), size: 1, note: "a" };
        fails = new HalfMade(new Error("no"), "one", { key: "old-secret", size: 1, note: "b" });
        const failure = await failureOf(
            client.update(TOKEN, "one", before, { key: secret("new-secret"), size: 2 }),
        );
        expect(failure.left?.state).toEqual({ key: secret("old-secret"), size: 1, note: "b" });
    });

    it("is one like any other when nothing is left", async () => {
        fails = new Error("no");
        const failure = await failureOf(client.create(TOKEN, {}));
        expect(failure).toMatchObject({ message: "no", left: undefined });
    });

    it("arrives whatever its message and its state are made of; a state that is too large stays behind", async () => {
        const text = fc.string({ unit: "binary", minLength: 1 });
        await fc.assert(
            fc.asyncProperty(text, fc.nat(9000), text, fc.nat(30_000), async (why, times, note, often) => {
                fails = new HalfMade(new Error(`start ${why.repeat(times)}`), "one", {
                    note: note.repeat(often),
                });
                const { message, left } = await failureOf(client.create(TOKEN, {}));
                expect(message).toMatch(/^start /);
                if (left === undefined) {
                    expect(Buffer.byteLength(note.repeat(often))).toBeGreaterThan(20_000);
                } else {
                    expect(left.reasons).toEqual([message]);
                    expect(left.state.note).toBe(Buffer.from(note.repeat(often)).toString());
                }
            }),
            { numRuns: 40 },
        );
    });
});
