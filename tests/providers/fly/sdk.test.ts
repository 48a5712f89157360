import fs from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import ts from "typescript";
import { flyPackage } from "../../../providers/fly/schema";
import { Field, Fields, FieldType, isRequired, ResourceSchema } from "../../../providers/schema/fields";
import * as sdk from "../../../providers/sdk/fly";
import { isInterface, Member, membersOf, Resource, resourcesOf } from "../../../tools/docs/model";
import { Declaration, Sources } from "../../../tools/docs/sources";
import { FlyResource, LEAST } from "../../support/flyInputs";
import { record } from "../../support/graph";

const FOLDER = path.join(__dirname, "../../../providers/sdk/fly");
const INDEX = path.join(FOLDER, "index.ts");

const sources = new Sources();
const classes = fs
    .readdirSync(FOLDER)
    .flatMap((file) => resourcesOf(sources, path.join(FOLDER, file)))
    .filter(({ declaration }) => declaration.name !== "FlyProvider");
const byToken = new Map(classes.map((each) => [superOf(each)[0], each]));

/** The token that a class hands to its base, and the text of what it hands over otherwise. */
function superOf({ declaration }: Resource): [token: string, rest: string] {
    const calls: ts.CallExpression[] = [];
    const visit = (node: ts.Node): void => {
        if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword) {
            calls.push(node);
        }
        ts.forEachChild(node, visit);
    };
    visit(declaration.node);
    const [token, ...rest] = calls[0]?.arguments ?? [];
    return [
        token && ts.isStringLiteral(token) ? token.text : "",
        rest.map((each) => each.getText()).join(" "),
    ];
}

/** A field's type as the SDK writes it. */
function inputType(type: FieldType): string {
    return `pulumi.Input<${plainType(type, (inner) => inputType(inner))}>`;
}

function outputType(type: FieldType): string {
    return plainType(type, outputType);
}

function plainType(type: FieldType, inner: (type: FieldType) => string): string {
    if (typeof type === "string") {
        return type === "integer" ? "number" : type;
    }
    if ("list" in type) {
        return `${inner(type.list)}[]`;
    }
    return "map" in type ? `Record<string, ${inner(type.map)}>` : `${type.object}Args`;
}

const shownFields = (fields: Fields): Record<string, string> =>
    Object.fromEntries(
        Object.entries(fields).map(([name, field]) => [
            name,
            `${isRequired(field) ? "required" : "optional"} ${inputType(field.type)}`,
        ]),
    );

const shownMembers = (members: readonly Member[]): Record<string, string> =>
    Object.fromEntries(
        members.map(({ name, optional, type }) => [
            name,
            `${optional ? "optional" : "required"} ${type.text}`,
        ]),
    );

/** What a class tells of a field: an input without a value and a default may stay undefined. */
function outputOf(field: Field): string {
    const missing = field.optional === true ? " | undefined" : "";
    return `pulumi.Output<${outputType(field.type)}${missing}>`;
}

/** Inputs that get a value when they are left out, though no default stands in their schema. */
const MADE_UP: readonly string[] = ["fly:index:App name", "fly:index:Volume name"];

describe.each(flyPackage.resources.map((each) => [each.token, each] as const))("%s", (token, schema) => {
    const resource = byToken.get(token);
    if (resource === undefined) {
        throw new Error(`no class of the SDK is a ${token}`);
    }

    it("takes the inputs of its schema: names, types, and what has to be given", () => {
        expect(resource.args && shownMembers(membersOf(sources, resource.args))).toEqual(
            shownFields(schema.inputs),
        );
    });

    it("has all outputs of its schema, and nothing that is not in it", () => {
        const all: Fields = { ...schema.inputs, ...schema.outputs };
        const declared = Object.fromEntries(resource.outputs.map(({ name, type }) => [name, type.text]));
        const expected = Object.entries(all)
            .filter(([name]) => name in schema.outputs || name in declared)
            .map(([name, field]) => [
                name,
                outputOf(MADE_UP.includes(`${token} ${name}`) ? { ...field, optional: false } : field),
            ]);
        expect(declared).toEqual(Object.fromEntries(expected));
    });

    it("keeps its secrets secret", () => {
        const secrets = Object.entries({ ...schema.inputs, ...schema.outputs })
            .filter(([, { secret }]) => secret)
            .map(([name]) => name);
        const [, rest] = superOf(resource);
        const named = /additionalSecretOutputs: (\[[^\]]*\])/.exec(rest)?.[1] ?? "[]";
        expect(JSON.parse(named)).toEqual(secrets);
        for (const name of secrets) {
            expect(rest).toContain(`${name}: pulumi.secret(args.${name})`);
        }
    });
});

describe("the SDK", () => {
    it("has a class for each resource, and a file's exports are its own", () => {
        expect([...byToken.keys()].sort()).toEqual(flyPackage.resources.map(({ token }) => token).sort());
        for (const { declaration } of classes) {
            expect(sources.find(INDEX, declaration.name)?.file).toBe(declaration.file);
        }
    });

    it("has the objects of the schema: names, types, and what has to be given", () => {
        const objects = new Map<string, Fields>();
        const collect = (type: FieldType): void => {
            if (typeof type !== "string") {
                if ("fields" in type) {
                    objects.set(`${type.object}Args`, type.fields);
                    Object.values(type.fields).forEach((field) => {
                        collect(field.type);
                    });
                } else {
                    collect("list" in type ? type.list : type.map);
                }
            }
        };
        flyPackage.resources.forEach(({ inputs }) => {
            Object.values(inputs).forEach((field) => {
                collect(field.type);
            });
        });
        const declared = [...objects.keys()].map((name) => [name, fieldsOf(sources.find(INDEX, name))]);
        expect(Object.fromEntries(declared)).toEqual(
            Object.fromEntries([...objects].map(([name, fields]) => [name, shownFields(fields)])),
        );
        expect(objects.size).toBeGreaterThan(5);
    });

    it("takes the provider's settings", () => {
        expect(fieldsOf(sources.find(INDEX, "FlyProviderArgs"))).toEqual(shownFields(flyPackage.config));
    });
});

function fieldsOf(declaration: Declaration | undefined): Record<string, string> | undefined {
    return declaration && isInterface(declaration)
        ? shownMembers(membersOf(sources, declaration))
        : undefined;
}

type Constructor = new (name: string, args: object) => pulumi.CustomResource;

/** Every class, by the name of its resource. */
const CLASSES: Record<FlyResource, unknown> = sdk;

describe("a resource in a program", () => {
    const schemas = new Map(flyPackage.resources.map((each) => [each.token.split(":")[2], each]));
    const made = (name: string): { resource: pulumi.CustomResource; schema: ResourceSchema } => {
        const schema = schemas.get(name);
        if (schema === undefined) {
            throw new Error(`there is no schema of ${name}`);
        }
        const args = {
            ...LEAST[name as FlyResource],
            ...(name === "Secrets" && { values: { KEY: "hush" } }),
        };
        const make = CLASSES[name as FlyResource] as Constructor;
        return { resource: new make("thing", args), schema };
    };

    it.each(Object.keys(LEAST))("%s has each output that it declares, from the start", async (name) => {
        const declared = byToken.get(`fly:index:${name}`)?.outputs.map((each) => each.name) ?? [];
        const graph = await record(() => {
            const { resource } = made(name);
            const fields = resource as unknown as Record<string, unknown>;
            expect(declared.filter((each) => !pulumi.Output.isInstance(fields[each]))).toEqual([]);
        });
        const { inputs, type } = graph.node("thing");
        expect(type).toBe(`fly:index:${name}`);
        // What only the provider knows is not sent to it.
        expect(Object.keys(inputs).sort()).toEqual(Object.keys(LEAST[name as FlyResource]).sort());
    });

    it("sends its secrets as secrets", async () => {
        const graph = await record(() => [made("Secrets"), new sdk.FlyProvider("fly", { token: "hush" })]);
        expect(graph.node("thing").inputs.values).toMatchObject({ value: { KEY: "hush" } });
        expect(graph.node("thing").options.additionalSecretOutputs).toEqual(["values"]);
        expect(graph.node("fly").inputs.token).toMatchObject({ value: "hush" });
    });
});
