import fs from "node:fs";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { cliFolder, pluginFile } from "../../tools/setup/engine";
import { sdkResources, sdkTypes } from "../support/sdkFields";

interface Property {
    $ref?: string;
    type?: string;
}

interface Schema {
    version?: string;
    provider: { inputProperties?: Record<string, Property> };
    resources: Record<
        string,
        { inputProperties?: Record<string, Property>; properties?: Record<string, Property> }
    >;
    types?: Record<string, { type: string; properties?: Record<string, Property> }>;
}

/**
 * The one resource of @pulumi/docker that no upstream provider has: Pulumi's own, so the home-built plugin lacks it
 * (airgap/README.md). Its objects belong to it alone.
 */
const officialOnly = {
    resource: "docker:index/image:Image",
    objects: ["CacheFrom", "DockerBuild", "Registry"],
};

const home = process.env.PULUMI_HOME ?? path.join(process.env.HOME ?? "", ".pulumi");

/** As the plugin itself tells it: home-built in the air-gapped world, the official one otherwise. */
function readSchema(name: string): Schema {
    const plugin = pluginFile(home, name);
    if (!fs.existsSync(plugin)) {
        throw new Error(
            `There is no ${plugin}: run the tests with \`npm test -- docker\`, which does the set-up.`,
        );
    }
    const text = execFileSync(path.join(cliFolder(home), "pulumi"), ["package", "get-schema", plugin], {
        encoding: "utf8",
        maxBuffer: 64 * 1024 * 1024,
        stdio: ["ignore", "pipe", "pipe"],
    });
    return JSON.parse(text) as Schema;
}

const names = (fields: Record<string, unknown> | undefined) => Object.keys(fields ?? {}).sort();

describe.each(["docker", "random"])("the provider %s, held against the fields of its npm SDK", (name) => {
    const schema = readSchema(name);
    const isOfficial = officialOnly.resource in schema.resources;
    const resources = sdkResources(name)
        .filter(({ type }) => type.startsWith(`${name}:`))
        .filter(({ type }) => isOfficial || type !== officialOnly.resource);

    test("has the same resources", () => {
        expect(resources.length).toBeGreaterThan(5); // or the SDK is generated in another form now
        expect(names(schema.resources)).toEqual(resources.map(({ type }) => type).sort());
    });

    test.each(resources.map((resource) => [resource.type, resource] as const))("%s", (type, sdk) => {
        const resource = schema.resources[type];
        expect({
            inputs: names(resource?.inputProperties),
            properties: names(resource?.properties),
        }).toEqual({ inputs: sdk.inputs, properties: sdk.properties });
    });

    test("its provider takes the same settings", () => {
        const provider = sdkResources(name).find(({ type }) => type === name);
        expect(names(schema.provider.inputProperties)).toEqual(provider?.inputs ?? []);
    });

    test("its nested objects have the same fields", () => {
        const inputs = sdkTypes(name, "input");
        const outputs = sdkTypes(name, "output");
        const objects = Object.entries(schema.types ?? {}).filter(
            ([token, { type }]) => type === "object" && !token.startsWith(`${name}:config/`),
        );
        const own = objects.map(([token, { properties }]) => {
            const object = (token.split(":").at(-1) ?? "").replace(/^[a-z]/, (first) => first.toUpperCase());
            return [object, names(properties)] as const;
        });
        for (const [object, fields] of own) {
            expect([object, inputs.get(object) ?? outputs.get(object)]).toEqual([object, fields]);
        }
        const known = new Set(own.map(([object]) => object));
        const missing = [...inputs.keys()].filter((object) => !known.has(object));
        expect(
            isOfficial ? missing : missing.filter((object) => !officialOnly.objects.includes(object)),
        ).toEqual([]);
    });
});
