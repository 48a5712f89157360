import { flyPackage } from "../../../providers/fly/schema";
import { Field, Fields } from "../../../providers/schema/fields";
import { fullDescription, PackageSchema, pulumiSchema } from "../../../providers/schema/package";

type Json = Record<string, unknown>;

const BELLS: PackageSchema = {
    name: "bells",
    version: "1.2.3",
    description: "Bells.",
    config: { key: { type: "string", description: "Key of the tower.", optional: true, secret: true } },
    resources: [
        {
            token: "bells:index:Bell",
            description: "A bell.",
            importId: "tower/bell",
            inputs: {
                metal: {
                    type: "string",
                    description: "What it is cast from.",
                    oneOf: ["brass", "iron"],
                    default: "brass",
                    replaces: "a bell is cast once",
                },
                tone: {
                    type: { object: "Tone", fields: { pitch: { type: "number", description: "In Hz." } } },
                    description: "How it sounds.",
                },
                words: { type: { list: "string" }, description: "Words on it.", default: [] },
                ropes: {
                    type: { map: { object: "Rope", fields: {} } },
                    description: "Ropes.",
                    optional: true,
                },
                code: { type: "string", description: "What opens it.", secret: true },
            },
            outputs: { weightKg: { type: "integer", description: "Its weight." } },
        },
    ],
};

describe("a package in Pulumi's form", () => {
    it("has everything that its fields say", () => {
        const metal = {
            type: "string",
            description:
                "What it is cast from. One of `brass`, `iron`. A change replaces: a bell is cast once.",
            default: "brass",
            willReplaceOnChanges: true,
        };
        const inputs = {
            metal,
            tone: { $ref: "#/types/bells:index:Tone", description: "How it sounds." },
            words: { type: "array", items: { type: "string" }, description: "Words on it." },
            ropes: {
                type: "object",
                additionalProperties: { $ref: "#/types/bells:index:Rope" },
                description: "Ropes.",
            },
            code: { type: "string", description: "What opens it.", secret: true },
        };
        const key = { key: { type: "string", description: "Key of the tower.", secret: true } };
        expect(pulumiSchema(BELLS)).toEqual({
            name: "bells",
            version: "1.2.3",
            description: "Bells.",
            config: { variables: key },
            provider: { description: "Bells.", type: "object", inputProperties: key },
            resources: {
                "bells:index:Bell": {
                    description: "A bell.",
                    inputProperties: inputs,
                    requiredInputs: ["tone", "code"],
                    properties: { ...inputs, weightKg: { type: "integer", description: "Its weight." } },
                    required: ["tone", "code", "weightKg"],
                },
            },
            types: {
                "bells:index:Tone": {
                    type: "object",
                    properties: { pitch: { type: "number", description: "In Hz." } },
                    required: ["pitch"],
                },
                "bells:index:Rope": { type: "object", properties: {}, required: [] },
            },
        });
    });
});

describe("the package fly", () => {
    const schema = JSON.parse(JSON.stringify(pulumiSchema(flyPackage))) as {
        resources: Record<string, Json>;
        types: Record<string, Json>;
        config: { variables: Json };
        provider: Json;
    };

    it("keeps to the form that Pulumi's tools read", () => {
        expect(faultsOf(schema)).toEqual([]);
    });

    it("is checked by a test that sees what is wrong", () => {
        const broken = {
            name: "Fly!",
            version: "1",
            resources: {
                "other:index:App": {
                    inputProperties: {
                        id: { type: "string", description: "x" },
                        a: { type: "list" },
                        b: { $ref: "#/types/fly:index:Nothing", default: 1, description: "x" },
                        c: { type: "string", default: 5, description: "x" },
                        d: { type: "array", description: "x" },
                        e: { type: "object", properties: {}, description: "x" },
                    },
                    requiredInputs: ["z"],
                },
            },
            types: {},
            config: { variables: {} },
            provider: {},
        };
        expect(faultsOf(broken)).toEqual([
            "name",
            "version",
            "other:index:App: token",
            "other:index:App: requires z",
            "other:index:App.id: reserved",
            "other:index:App.a: description",
            "other:index:App.a: type list",
            "other:index:App.b: default of an object",
            "other:index:App.b: $ref #/types/fly:index:Nothing",
            "other:index:App.c: default 5",
            "other:index:App.d: items",
            "other:index:App.e: additionalProperties",
        ]);
    });

    it("says of each resource what has to be given, what is secret and what replaces", () => {
        const marks = flyPackage.resources.map(({ token }) => {
            const { inputProperties, requiredInputs } = schema.resources[token] ?? {};
            const marked = (mark: string) =>
                Object.entries(inputProperties as Record<string, Json>)
                    .filter(([, each]) => each[mark] === true)
                    .map(([name]) => name);
            return [token.split(":")[2], requiredInputs, marked("secret"), marked("willReplaceOnChanges")];
        });
        expect(marks).toEqual([
            ["App", [], [], ["name", "organization", "network"]],
            ["MachineGroup", ["app", "config", "regions"], [], ["app", "group"]],
            ["Machine", ["app", "region", "config"], [], ["app", "region", "name", "mounts"]],
            ["Volume", ["app", "region"], [], ["app", "name", "region", "encrypted", "snapshotId"]],
            ["Secrets", ["app", "values"], ["values"], ["app"]],
            ["IpAddress", ["app", "type"], [], ["app", "type", "region"]],
            ["Certificate", ["app", "hostname"], [], ["app", "hostname"]],
            [
                "PostgresDatabase",
                ["app", "database", "user", "password"],
                ["password"],
                ["app", "database", "user"],
            ],
        ]);
        expect(schema.config.variables).toMatchObject({ token: { secret: true } });
    });

    it("uses one name for one type only", () => {
        const seen = new Map<string, Fields>();
        const clashes: string[] = [];
        const visit = (fields: Fields): void =>
            Object.values(fields).forEach((field) => {
                for (const { object, fields: inner } of objectsOf(field.type)) {
                    if (seen.has(object) && seen.get(object) !== inner) {
                        clashes.push(object);
                    }
                    seen.set(object, inner);
                    visit(inner);
                }
            });
        flyPackage.resources.forEach(({ inputs, outputs }) => {
            visit({ ...inputs, ...outputs });
        });
        expect(clashes).toEqual([]);
        expect([...seen.keys()].map((name) => `fly:index:${name}`).sort()).toEqual(
            Object.keys(schema.types).sort(),
        );
    });

    it("describes everything in whole sentences", () => {
        const all: Field[] = [];
        const visit = (fields: Fields): void =>
            Object.values(fields).forEach((field) => {
                all.push(field);
                objectsOf(field.type).forEach((each) => {
                    visit(each.fields);
                });
            });
        flyPackage.resources.forEach(({ inputs, outputs }) => {
            visit({ ...inputs, ...outputs });
        });
        const texts = all.map(fullDescription);
        expect(texts.filter((text) => !/^[A-Z`].*\.$/s.test(text))).toEqual([]);
    });
});

function objectsOf(type: Field["type"]): { object: string; fields: Fields }[] {
    if (typeof type === "string") {
        return [];
    }
    return "list" in type ? objectsOf(type.list) : "map" in type ? objectsOf(type.map) : [type];
}

/**
 * What is against the rules of Pulumi's metaschema and of its binder, as far as a package of ours uses them: types,
 * references, defaults of primitives, required names, reserved names.
 */
function faultsOf(schema: Json): string[] {
    const { name, version, resources, types, config, provider } = schema as Record<
        string,
        Record<string, Json>
    >;
    const owners = [
        ...Object.entries(resources ?? {}).flatMap(([token, { inputProperties, properties, ...each }]) => [
            { token, properties: inputProperties, required: each.requiredInputs },
            ...(properties === undefined ? [] : [{ token, properties, required: each.required ?? [] }]),
        ]),
        ...Object.entries(types ?? {}).map(([token, { properties, required }]) => ({
            token,
            properties,
            required,
        })),
    ] as { token: string; properties: Record<string, Json>; required: string[] }[];
    const settings = [config?.variables ?? {}, provider?.inputProperties ?? {}] as Record<string, Json>[];
    return [
        ...(/^[a-z][a-z0-9-]*$/.test(textOf(name)) ? [] : ["name"]),
        ...(/^\d+\.\d+\.\d+/.test(textOf(version)) ? [] : ["version"]),
        ...owners.flatMap(({ token, properties, required }) => [
            ...(new RegExp(`^${textOf(name)}:index:[A-Z]\\w*$`).test(token) ? [] : [`${token}: token`]),
            ...required.filter((each) => !(each in properties)).map((each) => `${token}: requires ${each}`),
            ...propertyFaults(token, properties, types ?? {}),
        ]),
        ...settings.flatMap((properties) => propertyFaults("config", properties, types ?? {})),
    ];
}

function propertyFaults(token: string, properties: Record<string, Json>, types: Json): string[] {
    return Object.entries(properties).flatMap(([name, property]) => {
        const path = `${token}.${name}`;
        return [
            ...(["id", "urn", "pulumi"].includes(name) ? [`${path}: reserved`] : []),
            ...(typeof property.description === "string" ? [] : [`${path}: description`]),
            ...defaultFaults(path, property),
            ...typeFaults(path, property, types),
        ];
    });
}

function defaultFaults(path: string, { default: value, type, $ref }: Json): string[] {
    if (value === undefined) {
        return [];
    }
    if ($ref !== undefined || type === "array" || type === "object") {
        return [`${path}: default of an object`];
    }
    const wanted = type === "integer" ? "number" : type;
    return typeof value === wanted ? [] : [`${path}: default ${JSON.stringify(value)}`];
}

function typeFaults(path: string, { type, $ref, items, additionalProperties }: Json, types: Json): string[] {
    if ($ref !== undefined) {
        return textOf($ref).replace("#/types/", "") in types ? [] : [`${path}: $ref ${textOf($ref)}`];
    }
    if (type === "array") {
        return items === undefined ? [`${path}: items`] : typeFaults(`${path}[]`, items as Json, types);
    }
    if (type === "object") {
        return additionalProperties === undefined
            ? [`${path}: additionalProperties`]
            : typeFaults(`${path}{}`, additionalProperties as Json, types);
    }
    return ["string", "integer", "number", "boolean"].includes(textOf(type))
        ? []
        : [`${path}: type ${textOf(type)}`];
}

function textOf(value: unknown): string {
    return typeof value === "string" ? value : "";
}
