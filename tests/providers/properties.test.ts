import fc from "fast-check";
import { JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import {
    changedNames,
    hasUnknown,
    receive,
    secretTexts,
    send,
    UNKNOWN,
} from "../../providers/server/properties";
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
                const secrets = Object.keys(given).filter((name) => choose(name));
                const { properties: received, secrets: marked } = receive(send(given, undefined, secrets));
                expect(received).toEqual(Object.fromEntries(Object.entries(given)));
                expect([...marked.keys()].sort()).toEqual(secrets.sort());
            }),
        );
    });

    it.each<[string, JavaScriptValue, unknown, string[]]>([
        ["as such", secret("s"), "s", ["s"]],
        ["that is no text", secret(5), 5, []],
        ["in an object", { a: { b: secret("s") }, c: "t" }, { a: { b: "s" }, c: "t" }, ["s"]],
        ["in a list", ["a", secret("s"), secret("t")], ["a", "s", "t"], ["s", "t"]],
        ["in a secret", secret({ a: secret("s"), b: ["t", 1] }), { a: "s", b: ["t", 1] }, ["s", "t"]],
    ])("are known as secret when they hold a secret %s", (_, given, bare, texts) => {
        const wire = { given, plain: "p" };
        const received = receive(Struct.fromJavaScript(wire));
        expect(received).toEqual({
            properties: { given: bare, plain: "p" },
            secrets: new Map([["given", texts]]),
            wire,
        });
        expect(send(received.properties, received).toJavaScript()).toEqual(wire);
    });

    it("are secret as a whole when something else was made of them", () => {
        const received = receive(Struct.fromJavaScript({ env: { a: secret("s"), b: "p" }, plain: "p" }));
        const news = { env: { a: "s", b: "q" }, plain: "q", made: "m" };
        expect(send(news, received, ["made"]).toJavaScript()).toEqual({
            env: secret({ a: "s", b: "q" }),
            plain: "q",
            made: secret("m"),
        });
    });

    it("are secret by their name, whatever came", () => {
        const received = receive(Struct.fromJavaScript({ key: "k" }));
        expect(send(received.properties, received, ["key"]).toJavaScript()).toEqual({ key: secret("k") });
    });

    it("may be missing", () => {
        expect(receive(undefined)).toEqual({ properties: {}, secrets: new Map(), wire: {} });
        expect(send({ gone: undefined }, undefined, ["gone"]).toJavaScript()).toEqual({});
    });
});

describe("the secret texts of a state", () => {
    const of = (wire: Record<string, JavaScriptValue>) => receive(Struct.fromJavaScript(wire));

    it("are those of its inputs, told exactly, and of what else is in it", () => {
        const state = of({ env: secret({ a: "s", b: "p" }), key: secret("k"), plain: "q" });
        expect(secretTexts(state, of({ env: { a: secret("s"), b: "p" } }))).toEqual(["s", "k"]);
        expect(secretTexts(state)).toEqual(["s", "p", "k"]);
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
