import { Field, Fields, FieldType, isRequired } from "../../providers/schema/fields";
import { anchorOf, code, table } from "./markdown";

/** A type that fields name, with fields of its own. */
export interface ObjectType {
    readonly name: string;
    readonly fields: Fields;
}

/** Table of what may be set: what it holds, what stands for it, its limits, and what a change of it does. */
export function inputTable(fields: Fields): string {
    const all = Object.entries(fields);
    const limited = all.some(([, field]) => limitsOf(field) !== "");
    const replacing = all.some(([, { replaces }]) => replaces !== undefined);
    const pick = (
        name: string,
        type: string,
        byDefault: string,
        limits: string,
        meaning: string,
        change: string,
    ) => [name, type, byDefault, ...(limited ? [limits] : []), meaning, ...(replacing ? [change] : [])];
    return table(
        pick("name", "type", "default", "limits", "meaning", "replaced by a change, because"),
        all.map(([name, field]) =>
            pick(
                code(name),
                linked(field.type),
                defaultOf(field),
                limitsOf(field),
                meaningOf(field),
                field.replaces ?? "",
            ),
        ),
    );
}

/** Table of what is known once a resource is there. */
export function outputTable(fields: Fields): string {
    return table(
        ["name", "type", "meaning"],
        Object.entries(fields).map(([name, field]) => [code(name), linked(field.type), meaningOf(field)]),
    );
}

/** The types that fields name, and those that these name, each once, in the order of their first use. */
export function objectTypesOf(fields: Fields): ObjectType[] {
    const own = Object.values(fields).flatMap(({ type }) => objectsIn(type));
    const all = own.flatMap((each) => [each, ...objectTypesOf(each.fields)]);
    return all.filter(({ name }, index) => all.findIndex((other) => other.name === name) === index);
}

function objectsIn(type: FieldType): ObjectType[] {
    if (typeof type === "string") {
        return [];
    }
    if ("fields" in type) {
        return [{ name: type.object, fields: type.fields }];
    }
    return objectsIn("list" in type ? type.list : type.map);
}

function linked(type: FieldType): string {
    const [object] = objectsIn(type);
    return object === undefined ? code(textOf(type)) : `[${code(textOf(type))}](${anchorOf(object.name)})`;
}

function textOf(type: FieldType): string {
    if (typeof type === "string") {
        return type;
    }
    if ("list" in type) {
        return `${textOf(type.list)}[]`;
    }
    return "map" in type ? `Record<string, ${textOf(type.map)}>` : type.object;
}

function defaultOf(field: Field): string {
    if (field.default !== undefined) {
        return code(JSON.stringify(field.default));
    }
    return isRequired(field) ? "(required)" : "none";
}

function limitsOf({ type, oneOf, min, max, pattern }: Field): string {
    const unit = type === "string" ? " characters" : "";
    return [
        ...(oneOf === undefined ? [] : [oneOf.map(code).join(", ")]),
        ...(pattern === undefined ? [] : [pattern.description]),
        ...(min !== undefined && max !== undefined ? [`${min} to ${max}${unit}`] : []),
        ...(min !== undefined && max === undefined ? [`at least ${min}${unit}`] : []),
        ...(min === undefined && max !== undefined ? [`at most ${max}${unit}`] : []),
    ].join("; ");
}

function meaningOf({ description, secret }: Field): string {
    return secret ? `${description} Kept secret.` : description;
}
