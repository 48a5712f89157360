import fc from "fast-check";
import { JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { changedNames, hasUnknown, receive, send, UNKNOWN } from "../../providers/server/properties";
import { secret } from "../support/providerClient";

const value = fc.letrec((tie) => ({
    any: fc.oneof(
        { maxDepth: 3 },
        fc.string(),
        fc.boolean(),
        fc.integer(),
        fc.constant(null),
        fc.array(tie("any"), { maxLength: 3 }),
        fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), tie("any"), { maxKeys: 3 }),
    ),
})).any;
const properties = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), value, { maxKeys: 5 });

describe("properties on the wire", () => {
    it("come back as they went, secrets too", () => {
        fc.assert(
            fc.property(properties, fc.func(fc.boolean()), (given, choose) => {
                const secrets = new Set(Object.keys(given).filter((name) => choose(name)));
                const { properties: received, secrets: marked } = receive(send(given, secrets));
                expect(received).toEqual(Object.fromEntries(Object.entries(given)));
                expect([...marked].sort()).toEqual([...secrets].sort());
            }),
        );
    });

    it.each<[string, JavaScriptValue, unknown]>([
        ["as such", secret("s"), "s"],
        ["in an object", { a: { b: secret("s") }, c: 1 }, { a: { b: "s" }, c: 1 }],
        ["in a list", ["a", secret("s")], ["a", "s"]],
        ["in a secret", secret({ a: secret("s") }), { a: "s" }],
    ])("are secret as a whole when they hold one %s", (_, given, bare) => {
        const received = receive(Struct.fromJavaScript({ given, plain: "p" }));
        expect(received).toEqual({ properties: { given: bare, plain: "p" }, secrets: new Set(["given"]) });
    });

    it("may be missing", () => {
        expect(receive(undefined)).toEqual({ properties: {}, secrets: new Set() });
        expect(send({ gone: undefined }, new Set(["gone"])).toJavaScript()).toEqual({});
    });
});

describe("what is not known yet", () => {
    it.each([[UNKNOWN], [[1, UNKNOWN]], [{ a: { b: [UNKNOWN] } }]])("is found in %j", (given) => {
        expect(hasUnknown(given)).toBe(true);
    });

    it.each([[""], [null], [undefined], [0], [{ a: [1, "b"] }]])("is not in %j", (given) => {
        expect(hasUnknown(given)).toBe(false);
    });
});

describe("changed names", () => {
    it("are those that came, went or differ by value", () => {
        const olds = { same: { a: 1, b: 2 }, list: [1, 2], gone: 1, empty: undefined };
        const news = { same: { b: 2, a: 1 }, list: [2, 1], came: 1 };
        expect(changedNames(olds, news)).toEqual(["came", "gone", "list"]);
    });
});
