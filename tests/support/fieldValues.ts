import fc from "fast-check";
import { Field, Fields, FieldType, isRequired } from "../../providers/schema/fields";
import { Properties, UNKNOWN } from "../../providers/server/properties";

const names = fc.stringMatching(/^[a-z]{1,6}$/);

/** Anything that may come over the wire. */
export const anyValue: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    any: fc.oneof(
        { maxDepth: 3 },
        fc.string(),
        fc.boolean(),
        fc.integer(),
        fc.constant(null),
        fc.constant(UNKNOWN),
        fc.array(tie("any"), { maxLength: 3 }),
        fc.dictionary(names, tie("any"), { maxKeys: 3 }),
    ),
})).any;

/** Values that fields allow, each for itself; what may be left out sometimes is. */
export function valuesFor(fields: Fields): fc.Arbitrary<Properties> {
    const required = Object.entries(fields).filter(([, field]) => isRequired(field));
    return fc.record(
        Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, valueFor(field)])),
        { requiredKeys: required.map(([name]) => name) },
    );
}

function valueFor({ type, oneOf, pattern, min, max }: Field): fc.Arbitrary<unknown> {
    if (oneOf !== undefined) {
        return fc.constantFrom(...oneOf);
    }
    if (pattern !== undefined) {
        return fc.stringMatching(pattern.form);
    }
    return ofType(type, { min, max });
}

function ofType(type: FieldType, { min, max }: Pick<Field, "min" | "max"> = {}): fc.Arbitrary<unknown> {
    if (type === "string") {
        return fc.string({ minLength: min ?? 0 });
    }
    if (type === "integer") {
        // As large as any duration or size here: the wire's numbers are exact up to 2^53.
        return fc.integer({ min: min ?? 0, max: max ?? 100_000 });
    }
    if (type === "number") {
        return fc.double({ min: min ?? 0, max: max ?? 100_000, noNaN: true });
    }
    if (type === "boolean") {
        return fc.boolean();
    }
    if ("list" in type) {
        return fc.array(ofType(type.list), { maxLength: 3 });
    }
    return "map" in type
        ? fc.dictionary(fc.oneof(names, fc.string()), ofType(type.map), { maxKeys: 3 })
        : valuesFor(type.fields);
}
