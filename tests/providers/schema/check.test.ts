import { checkFields } from "../../../providers/schema/check";
import { Field, Fields } from "../../../providers/schema/fields";
import { UNKNOWN } from "../../../providers/server/properties";

const field = (more: Partial<Field>): Field => ({ type: "string", description: "", optional: true, ...more });

const FIELDS: Fields = {
    name: { type: "string", description: "Its name." },
    size: field({ type: "integer", min: 1, max: 9 }),
    share: field({ type: "number", min: 0, max: 1 }),
    on: field({ type: "boolean", default: true }),
    words: field({ type: { list: "string" } }),
    counts: field({ type: { map: "integer" } }),
    color: field({ oneOf: ["red", "green"] }),
    code: field({ pattern: { form: /^[a-z]+$/, description: "a word of small letters" } }),
    token: field({ secret: true, min: 12, max: 20 }),
    port: field({
        type: { object: "Port", fields: { number: { type: "integer", description: "", min: 1 } } },
    }),
    ports: field({
        type: { list: { object: "Port", fields: { number: { type: "integer", description: "", min: 1 } } } },
    }),
    doors: field({
        type: { map: { object: "Door", fields: { open: { type: "boolean", description: "" } } } },
    }),
};

const told = (values: Record<string, unknown>, fields = FIELDS): string[] =>
    checkFields(fields, values).map(({ path, message }) => `${path}: ${message}`);

describe("values that are right", () => {
    it("pass, whatever their type", () => {
        const all = {
            name: "a",
            size: 9,
            share: 0.5,
            on: false,
            words: ["a", ""],
            counts: { a: 1 },
            color: "red",
            code: "abc",
            token: "x".repeat(12),
            port: { number: 1 },
            ports: [{ number: 80 }, { number: 443 }],
            doors: { front: { open: true } },
        };
        expect(Object.keys(all)).toEqual(Object.keys(FIELDS));
        expect(told(all)).toEqual([]);
    });

    it("may be left out where they are optional or have a default, and be null as well", () => {
        expect(told({ name: "a" })).toEqual([]);
        expect(told({ name: "a", size: null, on: undefined })).toEqual([]);
    });

    it("pass while they are not known, at every depth", () => {
        const unknown = Object.fromEntries(Object.keys(FIELDS).map((name) => [name, UNKNOWN]));
        expect(told(unknown)).toEqual([]);
        expect(
            told({
                name: "a",
                words: ["a", UNKNOWN],
                counts: { a: UNKNOWN },
                port: { number: UNKNOWN },
                ports: [UNKNOWN, { number: UNKNOWN }],
                doors: { front: UNKNOWN, back: { open: UNKNOWN } },
            }),
        ).toEqual([]);
    });
});

describe("values that are wrong", () => {
    it("are missing, even as null", () => {
        expect(told({})).toEqual(["name: is missing"]);
        expect(told({ name: null, ports: [{}], port: { number: null } })).toEqual([
            "name: is missing",
            "port.number: is missing",
            "ports[0].number: is missing",
        ]);
    });

    it("are of another type", () => {
        const wrong = {
            name: 1,
            size: "1",
            share: true,
            on: "yes",
            words: "a",
            counts: [1],
            color: ["red"],
            code: { a: 1 },
            token: 1,
            port: "80",
            ports: { number: 80 },
            doors: [],
        };
        expect(told(wrong)).toEqual([
            "name: is number, not string",
            "size: is string, not number",
            "share: is boolean, not number",
            "on: is string, not boolean",
            "words: is string, not a list",
            "counts: is a list, not a map",
            "color: is a list, not string",
            "code: is a map, not string",
            "token: is number, not string",
            "port: is string, not a map",
            "ports: is a map, not a list",
            "doors: is a list, not a map",
        ]);
    });

    it("are told with the path to them, all of them", () => {
        expect(
            told({
                name: "a",
                words: ["a", 1, null],
                counts: { a: "1", b: 2 },
                port: { number: 0, nmber: 1 },
                ports: [{ number: 1 }, { number: 1.5 }, "80"],
                doors: { front: {}, back: { open: "a bit" } },
            }),
        ).toEqual([
            "words[1]: is number, not string",
            "words[2]: is null, not string",
            "counts.a: is string, not number",
            "port.number: 0 is not allowed: a whole number of at least 1",
            "port.nmber: is unknown: one of number",
            "ports[1].number: 1.5 is not allowed: a whole number of at least 1",
            "ports[2]: is string, not a map",
            "doors.front.open: is missing",
            "doors.back.open: is string, not boolean",
        ]);
    });

    it("are beyond their limits", () => {
        expect(told({ name: "a", size: 10, share: 1.5, color: "blue", code: "A1", token: "short" })).toEqual([
            "size: 10 is not allowed: a whole number from 1 to 9",
            "share: 1.5 is not allowed: a number from 0 to 1",
            'color: "blue" is unknown: one of red, green',
            'code: "A1" is not a word of small letters',
            "token: has 5 characters: at least 12 are needed",
        ]);
        expect(told({ name: "a", token: "x".repeat(21) })).toEqual([
            "token: has 21 characters: at most 20 are allowed",
        ]);
        expect(told({ name: "a", size: 2.5, share: Number.NaN })).toEqual([
            "size: 2.5 is not allowed: a whole number from 1 to 9",
            "share: NaN is not allowed: a number from 0 to 1",
        ]);
    });

    it("are of no field, unless they are undefined", () => {
        expect(told({ nmae: "a", name: "a", gone: undefined }, { name: field({}), size: field({}) })).toEqual(
            ["nmae: is unknown: one of name, size"],
        );
    });
});

describe("a secret", () => {
    const hidden: Fields = {
        number: field({ type: "integer", secret: true, max: 9, min: 1 }),
        one: field({ secret: true, oneOf: ["a", "b"] }),
        form: field({ secret: true, pattern: { form: /^\w+$/, description: "a word" } }),
        length: field({ secret: true, min: 40 }),
        map: field({ secret: true, type: { map: "string" } }),
        inner: field({ type: { object: "Inner", fields: { form: field({ secret: true, oneOf: ["a"] }) } } }),
    };

    it("stands in no message", () => {
        const secrets = {
            number: 31415926,
            one: "hunter 2",
            form: "hunter 2",
            length: "hunter 2",
            map: { A: 31415926, B: ["hunter 2"] },
            inner: { form: "hunter 2" },
        };
        const messages = told(secrets, hidden);
        expect(messages).toEqual([
            "number: it is not allowed: a whole number from 1 to 9",
            "one: it is unknown: one of a, b",
            "form: it is not a word",
            "length: has 8 characters: at least 40 are needed",
            "map.A: is number, not string",
            "map.B: is a list, not string",
            "inner.form: it is unknown: one of a",
        ]);
        expect(messages.join()).not.toMatch(/hunter|31415926/);
    });
});
