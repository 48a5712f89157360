import { checkNumber } from "../../lib/numbers";
import { checkOneOf, Problem } from "../../lib/problems";
import { Properties, UNKNOWN } from "../server/properties";
import { Field, Fields, FieldType, isRequired } from "./fields";

/** All that is wrong with values, by what their fields say. What is not known yet passes. */
export function checkFields(fields: Fields, values: Properties, prefix = ""): Problem[] {
    const known = Object.keys(fields);
    const strangers = Object.keys(values)
        .filter((name) => !known.includes(name) && values[name] !== undefined)
        .map((name) => ({ path: prefix + name, message: `is unknown: one of ${known.join(", ")}` }));
    return [
        ...Object.entries(fields).flatMap(([name, field]) => checkField(prefix + name, field, values[name])),
        ...strangers,
    ];
}

function checkField(path: string, field: Field, value: unknown): Problem[] {
    if (value === undefined || value === null) {
        return isRequired(field) ? [{ path, message: "is missing" }] : [];
    }
    if (value === UNKNOWN) {
        return [];
    }
    const problems = checkValue(path, field.type, value);
    return problems.length > 0 ? problems : checkLimits(path, field, value);
}

function checkValue(path: string, type: FieldType, value: unknown): Problem[] {
    if (value === UNKNOWN) {
        return [];
    }
    if (typeof type === "string") {
        const wanted = type === "integer" ? "number" : type;
        return typeof value === wanted ? [] : [{ path, message: `is ${kindOf(value)}, not ${wanted}` }];
    }
    if ("list" in type) {
        return Array.isArray(value)
            ? value.flatMap((item, index) => checkValue(`${path}[${index}]`, type.list, item))
            : [{ path, message: `is ${kindOf(value)}, not a list` }];
    }
    if (!isMap(value)) {
        return [{ path, message: `is ${kindOf(value)}, not a map` }];
    }
    return "map" in type
        ? Object.entries(value).flatMap(([name, item]) => checkValue(`${path}.${name}`, type.map, item))
        : checkFields(type.fields, value, `${path}.`);
}

/** What a secret is stands in no message, only what it may be. */
function checkLimits(path: string, field: Field, value: unknown): Problem[] {
    const problems = problemsOf(path, field, value);
    return field.secret
        ? problems.map((each) => ({ ...each, message: each.message.replace(shown(value), "it") }))
        : problems;
}

function problemsOf(path: string, field: Field, value: unknown): Problem[] {
    const { type, oneOf, min = -Infinity, max, pattern } = field;
    if (typeof value === "number") {
        const fraction = type === "number";
        return checkNumber(path, value, { min, max, fraction });
    }
    if (typeof value !== "string") {
        return [];
    }
    return [
        ...(oneOf === undefined ? [] : checkOneOf(path, value, oneOf)),
        ...(pattern === undefined || pattern.form.test(value)
            ? []
            : [{ path, message: `${shown(value)} is not ${pattern.description}` }]),
        ...(value.length < min
            ? [{ path, message: `has ${value.length} characters: at least ${min} are needed` }]
            : []),
        ...(max !== undefined && value.length > max
            ? [{ path, message: `has ${value.length} characters: at most ${max} are allowed` }]
            : []),
    ];
}

/** A value as messages show it. */
function shown(value: unknown): string {
    return typeof value === "string" ? `"${value}"` : String(value);
}

function isMap(value: unknown): value is Properties {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
    return value === null ? "null" : Array.isArray(value) ? "a list" : isMap(value) ? "a map" : typeof value;
}
