import fc from "fast-check";
import { flyPackage } from "../../../providers/fly/schema";
import { checkFields } from "../../../providers/schema/check";
import { withDefaults } from "../../../providers/schema/defaults";
import { Fields } from "../../../providers/schema/fields";
import { UNKNOWN } from "../../../providers/server/properties";
import { anyValue, valuesFor } from "../../support/fieldValues";

const INNER: Fields = {
    kind: { type: "string", description: "", default: "shared" },
    size: { type: "integer", description: "", optional: true },
};
const FIELDS: Fields = {
    name: { type: "string", description: "" },
    one: { type: { object: "Inner", fields: INNER }, description: "", default: {} },
    maybe: { type: { object: "Inner", fields: INNER }, description: "", optional: true },
    list: { type: { list: { object: "Inner", fields: INNER } }, description: "", default: [] },
    map: { type: { map: { object: "Inner", fields: INNER } }, description: "", optional: true },
    off: { type: "boolean", description: "", default: true },
    zero: { type: "integer", description: "", default: 5 },
};

describe("defaults", () => {
    it("are filled in down to the fields of objects, and nothing is made up", () => {
        expect(withDefaults(FIELDS, {})).toEqual({
            one: { kind: "shared" },
            list: [],
            off: true,
            zero: 5,
        });
        expect(withDefaults(FIELDS, { maybe: { size: 1 }, list: [{}], map: { a: { kind: "own" } } })).toEqual(
            {
                one: { kind: "shared" },
                maybe: { kind: "shared", size: 1 },
                list: [{ kind: "shared" }],
                map: { a: { kind: "own" } },
                off: true,
                zero: 5,
            },
        );
    });

    it("leave what was given: no, nothing and zero are values", () => {
        const given = { name: "", one: { kind: "" }, list: [], off: false, zero: 0 };
        expect(withDefaults(FIELDS, given)).toEqual(given);
    });

    it("stand for null, which says that nothing was given", () => {
        expect(withDefaults(FIELDS, { off: null, zero: null }).zero).toBe(5);
    });

    it("leave what is unknown, wrong or strange, for the check to see", () => {
        const odd = { one: UNKNOWN, list: "none", map: [{}], off: "yes", zero: 1, strange: { a: 1 } };
        expect(withDefaults(FIELDS, odd)).toEqual(odd);
        expect(withDefaults(FIELDS, { one: [1], list: { a: 1 } })).toMatchObject({
            one: [1],
            list: { a: 1 },
        });
    });

    it("change nothing the second time, whatever the values", () => {
        const values = fc.record(Object.fromEntries(Object.keys(FIELDS).map((name) => [name, anyValue])), {
            requiredKeys: [],
        });
        fc.assert(
            fc.property(values, (given) => {
                const once = withDefaults(FIELDS, given);
                expect(withDefaults(FIELDS, once)).toEqual(once);
            }),
        );
    });

    it.each(flyPackage.resources.map(({ token, inputs }) => [token, inputs] as const))(
        "of %s change nothing the second time, and are right themselves",
        (_, inputs) => {
            fc.assert(
                fc.property(valuesFor(inputs), (given) => {
                    expect(checkFields(inputs, given)).toEqual([]);
                    const once = withDefaults(inputs, given);
                    expect(checkFields(inputs, once)).toEqual([]);
                    expect(withDefaults(inputs, once)).toEqual(once);
                    expect(once).toMatchObject(given);
                }),
                { numRuns: 30 },
            );
        },
    );
});
