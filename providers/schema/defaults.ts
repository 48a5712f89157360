import { Properties } from "../server/properties";
import { Fields, FieldType } from "./fields";

/** Values with the defaults of their fields filled in, down to the fields of objects. Wrong values stay as they are. */
export function withDefaults(fields: Fields, values: Properties): Properties {
    const filled = Object.entries(fields).map(([name, field]): [string, unknown] => [
        name,
        fill(field.type, values[name] ?? field.default),
    ]);
    return { ...values, ...Object.fromEntries(filled.filter(([, value]) => value !== undefined)) };
}

function fill(type: FieldType, value: unknown): unknown {
    if (typeof type === "string" || typeof value !== "object" || value === null) {
        return value;
    }
    if ("list" in type) {
        return Array.isArray(value) ? value.map((item) => fill(type.list, item)) : value;
    }
    if (Array.isArray(value)) {
        return value;
    }
    return "map" in type
        ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fill(type.map, item)]))
        : withDefaults(type.fields, value as Properties);
}
