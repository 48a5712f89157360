import path from "node:path";
import { ResourceSchema } from "../../providers/schema/fields";
import { PackageSchema } from "../../providers/schema/package";
import { anchorOf, code, kebab, program, table } from "./markdown";
import { inputTable, objectTypesOf, outputTable } from "./schemaTypes";

/** A provider as its page tells of it. */
export interface DescribedProvider {
    readonly schema: PackageSchema;
    /** File of the schema, relative to the project's root. */
    readonly source: string;
    /** Tokens of the resources that `pulumi import` takes. */
    readonly importable: ReadonlySet<string>;
}

/** Folder of the pages, relative to the project's root. */
export const PROVIDER_PAGES = "docs/providers";

/** Programs that show how a provider and its resources are used: files, relative to the project's root. */
export function providerExamples({ name, resources }: PackageSchema): string[] {
    return ["provider", ...resources.map((each) => kebab(nameOf(each)))].map((each) =>
        exampleFile(name, each),
    );
}

/** The page of a provider: its settings, each of its resources, and the types that these name. */
export function renderProvider(provider: DescribedProvider, examples: ReadonlyMap<string, string>): string {
    const { schema, source } = provider;
    const { name, description, config, resources } = schema;
    const types = objectTypesOf(
        Object.fromEntries(
            resources.flatMap(({ token, inputs, outputs }) =>
                Object.entries({ ...inputs, ...outputs }).map(([field, value]) => [
                    `${token} ${field}`,
                    value,
                ]),
            ),
        ),
    );
    const example = (each: string) => exampleOf(exampleFile(name, each), examples);
    const parts = [
        `# Provider ${code(name)}`,
        `${description} This page is made by \`npm run docs\` from the schema that the provider checks by, [${source}](${path.posix.relative(PROVIDER_PAGES, source)}); do not edit it.`,
        table(
            ["", ""],
            resources.map((each) => [
                `[${nameOf(each)}](${anchorOf(nameOf(each))})`,
                firstSentence(each.description),
            ]),
        ),
        "A change of an input updates the resource in place, unless its table says that the resource is replaced. All that is wrong with inputs is told at once, before anything is touched.",
        "## Configuration",
        `Settings of the stack, \`npx pulumi config set ${name}:…\` (with \`--secret\` for what is kept secret), or of a provider of its own:`,
        inputTable(config),
        ...example("provider"),
        ...resources.flatMap((each) => [
            ...sectionOf(each, example(kebab(nameOf(each)))),
            importOf(each, provider.importable.has(each.token)),
        ]),
        ...(types.length > 0 ? ["## Types"] : []),
        ...types.flatMap((type) => [`### ${type.name}`, inputTable(type.fields)]),
    ];
    return `${parts.join("\n\n")}\n`;
}

function sectionOf(resource: ResourceSchema, example: string[]): string[] {
    const { description, inputs, outputs } = resource;
    return [
        `## ${nameOf(resource)}`,
        description,
        ...example,
        "Inputs:",
        inputTable(inputs),
        ...(Object.keys(outputs).length > 0 ? ["Outputs, beside all inputs:", outputTable(outputs)] : []),
    ];
}

function importOf({ token, importId }: ResourceSchema, importable: boolean): string {
    return importable
        ? ["Import:", "", "```sh", `npx pulumi import ${token} name-in-the-stack '${importId}'`, "```"].join(
              "\n",
          )
        : "It can't be imported.";
}

function exampleOf(file: string, examples: ReadonlyMap<string, string>): string[] {
    return [
        program(examples.get(file) ?? ""),
        `The tests compile and run it: [${file}](${path.posix.relative(PROVIDER_PAGES, file)}).`,
    ];
}

function exampleFile(provider: string, example: string): string {
    return `docs/examples/${provider}/${example}.ts`;
}

/** `fly:index:MachineGroup` is a `MachineGroup`. */
function nameOf({ token }: ResourceSchema): string {
    return token.split(":").at(-1) ?? token;
}

function firstSentence(text: string): string {
    return text.split(/(?<=\.) (?=[A-Z])/)[0] ?? text;
}
