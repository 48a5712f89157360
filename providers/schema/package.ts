import { Field, Fields, FieldType, isRequired, ResourceSchema } from "./fields";

/** A provider's package, as its users see it. */
export interface PackageSchema {
    readonly name: string;
    readonly version: string;
    readonly description: string;
    readonly config: Fields;
    readonly resources: readonly ResourceSchema[];
}

type Json = Record<string, unknown>;

/** The package in the form that Pulumi's tools read: code generation, import and its own documentation. */
export function pulumiSchema({ name, version, description, config, resources }: PackageSchema): Json {
    const types: Record<string, Json> = {};
    const described = (fields: Fields) => describeAll(name, fields, types);
    const provider = described(config);
    return {
        name,
        version,
        description,
        config: { variables: provider },
        provider: { description, inputProperties: provider, type: "object" },
        resources: Object.fromEntries(
            resources.map(({ token, description: text, inputs, outputs }) => [
                token,
                {
                    description: text,
                    inputProperties: described(inputs),
                    requiredInputs: requiredOf(inputs),
                    properties: described({ ...inputs, ...outputs }),
                    required: [...requiredOf(inputs), ...requiredOf(outputs)],
                },
            ]),
        ),
        types,
    };
}

function describeAll(pkg: string, fields: Fields, types: Record<string, Json>): Record<string, Json> {
    return Object.fromEntries(
        Object.entries(fields).map(([name, field]) => [name, describeField(pkg, field, types)]),
    );
}

function describeField(pkg: string, field: Field, types: Record<string, Json>): Json {
    const plain = typeof field.default === "object" ? undefined : field.default;
    return {
        ...typeOf(pkg, field.type, types),
        description: fullDescription(field),
        ...(plain !== undefined && { default: plain }),
        ...(field.secret && { secret: true }),
        ...(field.replaces !== undefined && { willReplaceOnChanges: true }),
    };
}

/** What a reader has to know of a field, in sentences. */
export function fullDescription({ description, oneOf, replaces }: Field): string {
    return [
        description,
        ...(oneOf === undefined ? [] : [`One of ${oneOf.map((each) => `\`${each}\``).join(", ")}.`]),
        ...(replaces === undefined ? [] : [`A change replaces: ${replaces}.`]),
    ].join(" ");
}

function typeOf(pkg: string, type: FieldType, types: Record<string, Json>): Json {
    if (typeof type === "string") {
        return { type };
    }
    if ("list" in type) {
        return { type: "array", items: typeOf(pkg, type.list, types) };
    }
    if ("map" in type) {
        return { type: "object", additionalProperties: typeOf(pkg, type.map, types) };
    }
    const token = `${pkg}:index:${type.object}`;
    types[token] = {
        type: "object",
        properties: describeAll(pkg, type.fields, types),
        required: requiredOf(type.fields),
    };
    return { $ref: `#/types/${token}` };
}

function requiredOf(fields: Fields): string[] {
    return Object.keys(fields).filter((name) => fields[name] !== undefined && isRequired(fields[name]));
}
